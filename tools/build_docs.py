"""Write `docs/rules.md` from the rules themselves: `python tools/build_docs.py`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from encfix.rules import KINDS, OTHER_RULES, RULES, Policy

TARGET = Path(__file__).parent.parent / "docs" / "rules.md"


def rules_page() -> str:
    """Return the page that lists every kind and rule."""
    lines = [
        "# Kinds and rules",
        "",
        "Written by `tools/build_docs.py` from `encfix/rules.py`. `only` and `skip` take names of kinds and of rules.",
        "",
        f"What `only` does not name is not looked for. To have {_asked()} repaired too, name it",
        f"and every kind: `--only {','.join((*(rule.name for rule in RULES if rule.policy is Policy.ASK), *KINDS))}`.",
    ]
    for kind in KINDS:
        members = [rule for rule in RULES if rule.kind == kind]
        lines += ["", f"## {kind}", ""]
        if members:
            lines += ["| rule | what it says | what becomes of it |", "|---|---|---|"]
            lines += [f"| `{rule.name}` | {_shown(rule.reason)} | {rule.policy.value} |" for rule in members]
        else:
            lines.append("No rules yet.")
    lines += [
        "",
        "## Besides repairs",
        "",
        "Changes and findings of these rules come from reading and writing bytes. `only` and `skip` do not take them.",
        "",
        "| rule | what it says |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in OTHER_RULES.items()),
    ]
    return "\n".join(lines) + "\n"


def _asked() -> str:
    """Return the names of the rules that are repaired only when asked for."""
    return ", ".join(f"`{rule.name}`" for rule in RULES if rule.policy is Policy.ASK)


def _shown(reason: str) -> str:
    """Return a reason with N for the figure that a change puts there."""
    return re.sub(r"\{:[^}]*\}", "N", reason)


if __name__ == "__main__":
    TARGET.write_text(rules_page(), encoding="utf-8")
