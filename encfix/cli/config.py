"""`encfix config`: say what is configured, and where."""

from __future__ import annotations

import json
from typing import Any

import click

from encfix.cli.arguments import effective, options_of_cleaning, options_of_scope


@click.command()
@options_of_cleaning
@options_of_scope
def config(**flags: Any) -> None:
    """Print the options that hold here, and where each came from.

    They come from the defaults, `[tool.encfix]` in pyproject.toml, encfix.toml and the command line; the later is
    stronger. What is printed can stand in encfix.toml as it is.
    """
    configuration = effective(flags)
    lines = [
        (f"{name} = {json.dumps(value, ensure_ascii=False)}", configuration.origins[name])
        for name, value in configuration.as_mapping().items()
    ]
    width = max(len(line) for line, _ in lines)
    for line, origin in lines:
        click.echo(f"{line:{width}}  {click.style(f'# {origin}', dim=True)}")
