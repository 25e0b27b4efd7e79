"""The shape of the table: one `Spec` per resource type says how its properties meet the parameters of AWS's calls.

A `Source` names a property (a dotted path reaches into it), is a `Constant`, or computes a value from all properties;
None drops the parameter. A `Reading` is a dotted path into an answer, or computes a value from the answer and the
properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Props = dict[str, Any]
ACCOUNT: Final = "__account"
"""Among the properties of a reading: the account's id, for ARNs that a service doesn't give."""
IMPORTING: Final = "__importing"
"""Among the properties of a reading: there are no inputs yet, so everything that AWS has is of interest."""


@dataclass(frozen=True)
class Constant:
    """A parameter that doesn't depend on the resource."""

    value: Any


Source = str | Constant | Callable[[Props], Any]
Reading = str | Callable[[Any, Props], Any]


@dataclass(frozen=True)
class Call:
    """One AWS call: boto3's name of the operation, or how to tell it from the properties, and its parameters.

    Parameters are given one by one or, where their names too follow from the properties, all at once.
    """

    operation: str | Callable[[Props], str]
    params: Mapping[str, Source] | Callable[[Props], Mapping[str, Any]]

    def given(self, props: Props) -> Props:
        """Return the parameters that have a value."""
        if callable(self.params):
            return dict(self.params(props))
        resolved = {name: resolve(source, props) for name, source in self.params.items()}
        return {name: value for name, value in resolved.items() if value is not None}


@dataclass(frozen=True)
class Update:
    """What to do when one of these inputs changes: a call, or code on the client, the old and the new properties."""

    when: tuple[str, ...]
    run: Call | Callable[[Any, Props, Props], None]


@dataclass(frozen=True)
class Tags:
    """How one service takes tags at creation, changes them later, and gives them back."""

    param: str
    pack: Callable[[Mapping[str, str]], Any]
    unpack: Callable[[Any], dict[str, str]]
    tag: str
    """The call; empty where tags change with the resource, by an update of its own."""
    untag: str
    target: Mapping[str, Source]
    tags_param: str = "Tags"
    keys_param: str = "TagKeys"
    pack_keys: Callable[[list[str]], Any] = list
    pack_change: Callable[[Mapping[str, str]], Any] | None = None
    """Where a later change takes another form than creation does."""


@dataclass(frozen=True)
class Autoname:
    """The property that gets `<prefix><logical name>-<7 hex>` when the program leaves it out.

    With `by_prefix`, an input such as `namePrefix`, the provider makes the name when it creates the resource.
    """

    property: str
    prefix: str = ""
    by_prefix: str | None = None


@dataclass(frozen=True)
class Wait:
    """Where the answer to `read` says how far the resource is, and which values mean done and failed."""

    status: str
    done: tuple[str, ...] = ("ACTIVE",)
    failed: tuple[str, ...] = ("CREATE_FAILED", "FAILED", "UPDATE_FAILED")


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One resource type.

    Every input must be in `replaces`, in an update's `when`, in `local`, or be the tags: what is in none of them is not
    implemented here, and the handler says so instead of ignoring it.
    """

    type: str
    service: str
    title: str
    """What the real provider calls it in error messages."""
    id: str
    """Template over properties, as `{clusterName}:{principalArn}`; read backwards for imports."""
    create: Call
    created: Mapping[str, Reading] = field(default_factory=dict)
    """Properties that only the answer to creation gives: generated ids, secrets."""
    read: Call
    exists: Reading
    """What must be there in the answer to `read` for the resource to exist."""
    outputs: Mapping[str, Reading]
    extra: Callable[[Any, Any, Props], Props] | None = None
    """More outputs, which need further calls: gets the client, the answer to `read` and the properties."""
    updates: tuple[Update, ...] = ()
    finish: tuple[Update, ...] = ()
    """Updates that creation needs too, for inputs that the create call doesn't take; without `when` it always runs."""
    before_delete: Callable[[Any, Props], None] | None = None
    delete: Call | None = None
    replaces: tuple[str, ...] = ()
    """Inputs that AWS can't change in place; a dotted name means a part of one."""
    delete_first: bool = False
    """Whether a replacement must wait until the old one is gone, since both would be the same thing on AWS."""
    replaces_if: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    """Inputs of which some changes can't be made in place: gets the old and the new value."""
    local: tuple[str, ...] = ()
    """Inputs that steer the provider itself, such as `forceDestroy`; a change is recorded and calls nothing."""
    autoname: Autoname | None = None
    documents: tuple[str, ...] = ()
    """JSON texts, compared by meaning; a program may give them as objects."""
    unordered: tuple[str, ...] = ()
    """Lists in which order means nothing; a dotted name reaches into an object."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What leaving an input out means, so that writing the default is no change."""
    adopts: tuple[str, ...] = ()
    """Inputs that AWS fills in when they are left out: leaving them out, also later, takes what AWS has."""
    tags: Tags | None = None
    secrets: tuple[str, ...] = ()
    retry: tuple[str, ...] = ()
    """Parts of error texts that only mean that AWS hasn't seen an earlier change yet."""
    gone: tuple[str, ...] = ()
    """Parts of error texts that mean that there is no such resource, where the error's code doesn't say so."""
    refuse: Callable[[Props], str | None] | None = None
    """The real provider's words for inputs that don't go together."""
    adopt: Callable[[Any, str], Props] | None = None
    """Properties from the id that an import names, where it isn't enough to read `id` backwards. Gets the client."""
    wait: Wait | None = None
    foresee: Callable[[Props], Props] | None = None
    """Outputs that a preview knows better than "unknown"."""
    update_makes_unknown: tuple[str, ...] = ()

    @property
    def handled(self) -> frozenset[str]:
        """Inputs that this table implements."""
        updated = [name for update in self.updates for name in update.when]
        auto = [self.autoname.by_prefix] if self.autoname and self.autoname.by_prefix else []
        names = (*self.replaces, *updated, *self.local, *auto, "region", *(["tags"] if self.tags else []))
        return frozenset(name.split(".")[0] for name in names)

    def computed(self) -> frozenset[str]:
        """Properties that AWS fills in."""
        return frozenset({*self.outputs, *self.created})

    def make_id(self, props: Props) -> str:
        """Return the resource's id from its properties."""
        return re.sub(r"{(\w+)}", lambda match: str(props[match[1]]), self.id)

    def parse_id(self, id: str) -> Props:
        """Return the properties that an id carries; empty where it doesn't follow the template."""
        parts = re.split(r"{(\w+)}", self.id)
        pattern = "".join(f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        match = re.fullmatch(pattern, id)
        return dict(match.groupdict()) if match else {}


def pick(path: str, value: Any) -> Any:
    """Follow a dotted path through objects and lists; None where it leads nowhere."""
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def resolve(source: Source, props: Props) -> Any:
    """Return the value of one parameter."""
    if isinstance(source, Constant):
        return source.value
    return pick(source, props) if isinstance(source, str) else source(props)


def reading(how: Reading, answer: Any, props: Props) -> Any:
    """Return the value of one output."""
    return pick(how, answer) if isinstance(how, str) else how(answer, props)


ARN_TAGS = Tags(
    "tags",
    dict,
    dict,
    tag="tag_resource",
    untag="untag_resource",
    target={"resourceArn": "arn"},
    tags_param="tags",
    keys_param="tagKeys",
)
"""Tags of the services that tag by ARN with maps: EKS, CloudWatch Logs."""
