"""``eks-access schema``: what a declaration may hold, for editors."""

from __future__ import annotations

import typer

EXAMPLE = "Example: eks-access schema > stacks/access/declaration.schema.json"


def schema() -> None:
    """Print the JSON Schema of declarations."""
    from ..declaration.schema import schema_text

    typer.echo(schema_text(), nl=False)
