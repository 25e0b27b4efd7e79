"""The one handler for all AWS resource types: it does what a `Spec` says."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Any

from sandbox.standins.aws.calls import Calls
from sandbox.standins.aws.compare import as_document, live_inputs, same
from sandbox.standins.aws.sdk import check_names, sdk_type
from sandbox.standins.aws.session import Session
from sandbox.standins.aws.spec import IMPORTING, Props, Spec, pick, reading
from sandbox.standins.resource import UNKNOWN, Diff, Failure, PartialFailure, Secret, State
from sandbox.standins.values import is_known


class TableResource:
    """A resource type of the AWS provider, bound to one session."""

    def __init__(self, spec: Spec, session: Session) -> None:
        self._spec, self._session = spec, session
        self._sdk = sdk_type(spec.type)
        self._calls = Calls(spec, session)
        self.secret_outputs = spec.secrets
        self.kept_outputs = tuple(name for name in spec.created if name not in spec.outputs)

    def check(self, urn: str, news: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
        """Hold the names against the SDK, merge default tags in, write documents as text, make up a missing name."""
        inputs = {key: value for key, value in news.items() if value is not None and key != "__defaults"}
        check_names(self._spec.type, inputs)
        for name in inputs:
            if name not in self._spec.handled:
                raise Failure(f"the sandbox's aws stand-in doesn't implement {name!r} of {self._spec.type}", name)
        refusal = self._spec.refuse(inputs) if self._spec.refuse else None
        if refusal:
            raise Failure(refusal)
        for name in self._spec.documents:
            if name in inputs:
                inputs[name] = as_document(inputs[name])
        defaults = self._session.default_tags
        if self._spec.tags and defaults and inputs.get("tags") is not UNKNOWN:
            inputs["tags"] = {**defaults, **(inputs.get("tags") or {})}
        return self._named(urn, inputs, olds)

    def _named(self, urn: str, inputs: Props, olds: Props) -> Props:
        auto = self._spec.autoname
        if auto is None or inputs.get(auto.property) is not None:
            return {**inputs, "__defaults": []}
        if auto.by_prefix and inputs.get(auto.by_prefix) is not None:
            return {**inputs, "__defaults": []}
        kept = olds.get(auto.property) if auto.property in (olds.get("__defaults") or []) else None
        name = kept or f"{auto.prefix}{urn.rpartition('::')[2]}-{secrets.token_hex(4)[:7]}"
        return {**inputs, auto.property: name, "__defaults": [auto.property]}

    def diff(self, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], news: dict[str, Any]) -> Diff:
        """Return the changed inputs; those that AWS can't change in place force a replacement."""
        names = sorted(name for name in old_inputs.keys() | news.keys() if not name.startswith("__"))
        changed = self._differing(names, old_inputs, news)
        auto = self._spec.autoname
        prefix = [auto.by_prefix] if auto and auto.by_prefix else []
        replaces = self._differing((*self._spec.replaces, *prefix, "region"), old_inputs, news)
        for name in self._differing(self._spec.replaces_if, old_inputs, news):
            replaces += (name,) if self._spec.replaces_if[name](pick(name, old_inputs), pick(name, news)) else ()
        keeps_name = auto is not None and news.get(auto.property) is not None
        if auto is not None and auto.property in [*news.get("__defaults", []), *changed]:
            keeps_name = False
        return Diff(changed, replaces, delete_before_replace=bool(replaces) and (keeps_name or self._spec.delete_first))

    def _differing(self, names: Iterable[str], olds: Props, news: Props) -> tuple[str, ...]:
        return tuple(name for name in names if not same(self._spec, name, pick(name, olds), pick(name, news)))

    def create(self, urn: str, inputs: dict[str, Any], preview: bool) -> State:
        """Make it, wait until AWS says that it is ready, and read it back."""
        if preview:
            return State("", self._foreseen(inputs))
        self._need_known(inputs)
        named = self._with_name(inputs, {})
        spec, label = self._spec, self._label(named)
        answer = self._calls.create(named, label)
        placed = {"region": self._session.region, **named}
        created = {name: reading(how, answer, placed) for name, how in spec.created.items()}
        props = {**named, **created}
        id = spec.make_id(props)
        props["id"] = id
        try:
            for step in spec.finish:
                if not step.when or any(not same(spec, name, None, inputs.get(name)) for name in step.when):
                    self._calls.run(step, {}, props, "creating", label)
            live = self._calls.settle(props, "creating", label)
        except Failure as failure:
            known = self._finish(props, {})
            hidden = {name: Secret(known[name]) for name in self.secret_outputs if name in known}
            raise PartialFailure(failure.message, State(id, known | hidden, inputs)) from failure
        return State(id, self._finish(props, {**live, **created}))

    def _with_name(self, inputs: Props, outputs: Props) -> Props:
        """Add the name that a prefix asks for: a new one, or the one that it led to at creation."""
        auto = self._spec.autoname
        if auto is None or auto.by_prefix is None or inputs.get(auto.by_prefix) is None:
            return inputs
        made = outputs.get(auto.property) or f"{inputs[auto.by_prefix]}{time.strftime('%Y%m%d%H%M%S')}"
        unique = "" if outputs.get(auto.property) else secrets.token_hex(6)
        return {**inputs, auto.property: f"{made}{unique}"}

    def _foreseen(self, inputs: Props) -> Props:
        spec = self._spec
        outputs = {name: UNKNOWN for name in self._sdk.outputs & spec.computed() if inputs.get(name) is None}
        foreseen = spec.foresee(inputs) if spec.foresee else {}
        return {**self._finish(inputs, outputs), **foreseen}

    def read(self, id: str, inputs: dict[str, Any]) -> State | None:
        """Return the resource as AWS has it."""
        adopted = {} if inputs else self._adopted(id)
        props = {**self._spec.parse_id(id), "id": id, **adopted, **inputs}
        try:
            live = self._calls.read(props, self._label(props))
        except KeyError as missing:
            what = f"the sandbox's aws stand-in can't import {self._spec.type}"
            raise Failure(f"{what}: its id doesn't hold {missing}") from None
        if live is None:
            return None
        id = str(props["id"])
        outputs = self._finish(props, live)
        found = live_inputs(self._spec, inputs, outputs, self._sdk.inputs)
        if self._spec.tags is not None and found.get("tags"):
            outputs["tags"] = found["tags"]
        return State(id, outputs, found)

    def _adopted(self, id: str) -> Props:
        """Return what an import knows before it reads; `IMPORTING` tells readings that no program has spoken yet."""
        adopt = self._spec.adopt
        return {IMPORTING: True, **(self._calls.adopt(adopt, id) if adopt else {})}

    def update(self, id: str, old_outputs: dict[str, Any], inputs: dict[str, Any], preview: bool) -> dict[str, Any]:
        """Run the updates whose inputs changed, in the table's order, then bring the tags in line."""
        if preview:
            return self._foreseen_update(old_outputs, inputs)
        self._need_known(inputs)
        spec, old = self._spec, {**old_outputs, "id": id}
        computed = {name: old_outputs.get(name) for name in spec.computed() - self._sdk.inputs}
        props = {**computed, **self._with_name(inputs, old_outputs), "id": id}
        label = self._label(props)
        for step in spec.updates:
            if any(not same(spec, name, pick(name, old), pick(name, inputs)) for name in step.when):
                self._calls.run(step, old, props, "updating", label)
        self._calls.retag(old.get("tagsAll") or {}, inputs.get("tags") or {}, props, label)
        live = self._calls.settle(props, "updating", label)
        kept = {name: old_outputs[name] for name in self.kept_outputs if name in old_outputs}
        return self._finish(props, {**live, **kept})

    def _foreseen_update(self, old_outputs: Props, inputs: Props) -> Props:
        spec = self._spec
        kept = {name: old_outputs.get(name) for name in spec.computed() if name not in inputs}
        kept.pop("tagsAll", None)
        foreseen = {} if spec.foresee is None else spec.foresee({**old_outputs, **inputs})
        known = {name: value for name, value in foreseen.items() if value is not UNKNOWN}
        return {**self._finish(inputs, kept), **known, **dict.fromkeys(spec.update_makes_unknown, UNKNOWN)}

    def delete(self, id: str, outputs: dict[str, Any]) -> None:
        """Remove it, with what must go before it."""
        props = {**outputs, "id": id}
        self._calls.delete(props, self._label(props))

    def _finish(self, props: Props, live: Props) -> Props:
        """Put the outputs together: what AWS says, and the inputs where AWS has nothing to say."""
        outputs = {key: value for key, value in props.items() if not key.startswith("__") and key != "id"}
        outputs |= {key: value for key, value in live.items() if value is not None or key not in outputs}
        for name in self._spec.documents:
            if name in props and same(self._spec, name, props[name], outputs.get(name)):
                outputs[name] = props[name]
        if self._spec.tags is not None:
            tags = live.get("tagsAll")
            outputs["tagsAll"] = (props.get("tags") or {}) if tags is None or tags is UNKNOWN else tags
        outputs.setdefault("region", self._session.region)
        return {name: value for name, value in outputs.items() if name in self._sdk.outputs}

    def _label(self, props: Props) -> str:
        auto = self._spec.autoname
        if auto is not None and props.get(auto.property):
            return str(props[auto.property])
        try:
            return str(props.get("id") or self._spec.make_id(props))
        except KeyError:
            return "new"

    def _need_known(self, inputs: Props) -> None:
        for name, value in inputs.items():
            if not is_known(value):
                raise Failure(f"{name!r} of {self._spec.type} is still unknown when it is needed", name)
