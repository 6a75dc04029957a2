"""The audit: what was done to which files, as JSON Lines that people can read and encfix can apply and undo.

`docs/audit.md` describes the format. The first record says what made the audit; then comes one record a file,
each followed by one record a change and one a finding.
"""

from __future__ import annotations

from encfix.audit.entry import (
    VERDICTS,
    Content,
    Entry,
    FieldChange,
    FieldFinding,
    Header,
    MismatchError,
    apply,
    inverse,
    undo,
)
from encfix.audit.jsonl import dump, encode, parse
from encfix.audit.reading import AuditError, read, skim
from encfix.audit.writing import FORMAT, Lines, dump_failure, dump_file, dump_header, dump_items, fields, places

__all__ = [
    "FORMAT",
    "VERDICTS",
    "AuditError",
    "Content",
    "Entry",
    "FieldChange",
    "FieldFinding",
    "Header",
    "Lines",
    "MismatchError",
    "apply",
    "dump",
    "dump_failure",
    "dump_file",
    "dump_header",
    "dump_items",
    "encode",
    "fields",
    "inverse",
    "parse",
    "places",
    "read",
    "skim",
    "undo",
]
