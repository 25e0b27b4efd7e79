"""What every model of the declaration has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from .texts import Quantity


class Model(BaseModel):
    """Refuses unknown keys, is immutable, and is camelCase in YAML."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        populate_by_name=False,
        use_attribute_docstrings=True,
    )


Labels = dict[str, str]
"""Labels, annotations and tags: key → text."""
Quantities = dict[str, Quantity]
"""Resource → quantity, e.g. ``cpu: 500m``."""
