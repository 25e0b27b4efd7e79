"""What pydantic finds, said as a rule and a remedy."""

from __future__ import annotations

import difflib
import re
from types import UnionType
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .models import Declaration
from .nodes import Items, Leaf, Location, Node, shown
from .patterns import pattern_words

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

EXAMPLES = {
    "people": "hanako: {iamUser: {}}",
    "teams": "payments: {members: [hanako]}",
    "namespaces": "payments: {}",
    "roles": "releaser: {rules: [{apiGroups: [apps], resources: [deployments], verbs: [get]}]}",
    "nodeGroups": "general: {kind: managed, instanceTypes: [m7g.large]}",
}


def explain(detail: ErrorDetails, location: Location, node: Node | None, is_key: bool) -> tuple[str, str]:
    """Return the rule that is broken and what to write instead."""
    kind = detail["type"]
    context = detail.get("ctx", {})
    if is_key:
        return _key(kind, context)
    if kind == "extra_forbidden":
        return _unknown_key(location)
    if kind == "missing":
        return _missing(location)
    if kind.startswith("string_"):
        return _text(kind, context, location, node)
    if kind in {"dict_type", "model_type", "model_attributes_type"}:
        return _map(location, node)
    if kind == "list_type":
        return (
            f"{_name(location)} is a list",
            f"write `{_name(location)}: [{shown(node) if isinstance(node, Leaf) else '…'}]`",
        )
    return _value(kind, context, detail["msg"], location, node)


def _value(
    kind: str, context: dict[str, object], message: str, location: Location, node: Node | None
) -> tuple[str, str]:
    name = _name(location)
    if kind == "enum":
        allowed = re.findall(r"'([^']*)'", str(context["expected"]))
        nearest = _closest(shown(node) or "", allowed) or allowed[0]
        return f"{name} is one of {', '.join(allowed)}", f"write `{name}: {nearest}`"
    if kind == "bool_type":
        return f"{name} is true or false", f"write `{name}: true` or `{name}: false`"
    if kind.startswith("int_"):
        return f"{name} is a whole number", f"write it in digits without quotes, like `{name}: 2`"
    if kind == "greater_than_equal":
        return f"{name} is at least {context['ge']}", f"write {context['ge']} or more"
    if kind == "less_than_equal":
        return f"{name} is at most {context['le']}", f"write {context['le']} or less"
    if kind == "too_short":
        return f"{name} has at least one item", "add one, or remove what needs the list"
    if location[-1:] == ("revokeSessionsBefore",):
        rule = "revokeSessionsBefore is a moment in UTC, written YYYY-MM-DDThh:mm:ssZ"
        return rule, "write it like `revokeSessionsBefore: 2026-11-26T12:00:00Z`"
    if location[-1:] == ("until",):
        return "until is a day of the calendar, written YYYY-MM-DD", "write it like `until: 2027-03-31`"
    if kind == "value_error" and len(location) == 2 and location[0] == "people":
        wanted = "write one of `iamUser: {}`, `ssoPermissionSet: {name: …, suffix: …}`, `iamRole: <ARN>`"
        return message.removeprefix("Value error, "), wanted
    return message.removeprefix("Value error, "), "see the declaration's JSON Schema for what is allowed here"


def _text(kind: str, context: dict[str, object], location: Location, node: Node | None) -> tuple[str, str]:
    name = _name(location)
    if kind == "string_pattern_mismatch":
        value = shown(node) or ""
        return pattern_words()[str(context["pattern"])], arn_remedy(value) or f"write `{name}` in this form"
    if kind == "string_too_long":
        return f"{name} has at most {context['max_length']} characters", "shorten it"
    if kind == "string_too_short":
        return f"{name} can't be empty", "write the value, or remove the key"
    if isinstance(node, Leaf) and isinstance(node.value, bool | int | float):
        written = shown(node)
        why = " (unquoted, 1.30 is the number 1.3)" if isinstance(node.value, float) else ""
        item = f'"{written}"' if isinstance(location[-1], int) else f'{name}: "{written}"'
        return f"{name} is text; without quotes YAML reads a {_yaml_type(node.value)}{why}", f"quote it: `{item}`"
    return (
        f"{name} is text",
        f"write a single text instead of {'a map or list' if not isinstance(node, Leaf) else 'this'}",
    )


def arn_remedy(value: str) -> str | None:
    """Return what to write where somebody gives the ARN of something else than a role."""
    session = re.fullmatch(r"arn:([a-z-]+):sts::([0-9]{12}):assumed-role/([^/]+)/.+", value)
    if session:
        role = "arn:{}:iam::{}:role/{}".format(*session.groups())
        return f"this is a session, not the role; write the role, {role}, with its path if it has one"
    if ":instance-profile/" in value:
        return "write the ARN of the role in the instance profile: only roles and users can enter a cluster"
    if re.fullmatch(r"arn:[a-z-]+:iam::[0-9]{12}:user/.+", value):
        return "a user is declared as `iamUser: {path: /…/}` under its name"
    if re.search(r":(root|group/.+)$", value):
        return "name a role: account roots and IAM groups can't enter a cluster"
    return None


def _key(kind: str, context: dict[str, object]) -> tuple[str, str]:
    if kind == "string_pattern_mismatch":
        return pattern_words()[str(context["pattern"])], "rename it"
    return f"a name has 1 to {context.get('max_length', 64)} characters", "rename it"


def _unknown_key(location: Location) -> tuple[str, str]:
    model = _model_at(location[:-1])
    allowed = _keys(model) if model else []
    if not location[:-1]:
        allowed = ["include", *allowed]
    name = _name(location)
    if location == ("include",):
        return "`include` names files, so it has a meaning in YAML files only", "merge the dicts in Python"
    where = "at the top of a declaration" if len(location) == 1 else "here"
    rule = f"`{name}` is not a key {where}; allowed: {', '.join(allowed)}"
    meant = meant_key(location)
    return rule, f"did you mean `{meant}`?" if meant else "use one of these, or remove it"


def meant_key(location: Location) -> str | None:
    """Return the key of the model that an unknown one was probably meant to be."""
    model = _model_at(location[:-1])
    return _closest(_name(location), _keys(model)) if model else None


def _missing(location: Location) -> tuple[str, str]:
    model = _model_at(location[:-1])
    name = _name(location)
    about = _fields(model)[name].description if model else None
    return f"`{name}` is missing", f"add `{name}:`" + (f" ({about})" if about else "")


def _map(location: Location, node: Node | None) -> tuple[str, str]:
    name = _name(location)
    if not location:
        return "a declaration is a map", "write sections such as people, teams and grants"
    model = _model_at(location)
    if model is not None:
        keys = ", ".join(_keys(model))
        if isinstance(location[-1], int):
            return f"an item of {name} is a map with the keys {keys}", f"write `- {{{_keys(model)[0]}: …}}`"
        return f"{name} is a map with the keys {keys}", f"write `{name}: {{{_keys(model)[0]}: …}}`"
    example = EXAMPLES.get(name)
    if example and isinstance(node, Items):
        return f"{name} is a map from name to content, not a list", f"write `{example}` below `{name}:`"
    return f"{name} is a map", f"write `{name}: {{{example or 'key: value'}}}`"


def _closest(name: str, allowed: list[str]) -> str | None:
    """Return the nearest allowed name; ``iamuser``, ``IAM_USER`` and ``iamUser`` are the same slip."""
    folded = {candidate.lower(): candidate for candidate in allowed}
    close = difflib.get_close_matches(name.lower().replace("_", ""), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _name(location: Location) -> str:
    """Return the key that a person would look for: the last that isn't an index."""
    return next((step for step in reversed(location) if isinstance(step, str)), "the declaration")


def _yaml_type(value: object) -> str:
    return "boolean" if isinstance(value, bool) else "number"


def _keys(model: type[BaseModel]) -> list[str]:
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _model_at(location: Location) -> type[BaseModel] | None:
    """Return the model that describes what is at `location`; None where it is no model."""
    annotation: object = Declaration
    for step in location:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            info = _fields(annotation).get(str(step))
            annotation = _bare(info.annotation) if info else None
        else:
            inner = get_args(annotation)
            annotation = _bare(inner[-1]) if inner else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _bare(annotation: object) -> object:
    """Take ``None`` off an optional annotation."""
    options = [option for option in get_args(annotation) if option is not type(None)]
    return options[0] if isinstance(annotation, UnionType) and len(options) == 1 else annotation
