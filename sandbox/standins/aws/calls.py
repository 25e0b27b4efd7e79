"""The AWS side of one resource type: making the calls of its `Spec`, waiting, and wording what went wrong."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.standins.aws.session import Session
from sandbox.standins.aws.spec import ACCOUNT, Call, Props, Spec, Update, pick, reading, resolve
from sandbox.standins.resource import Failure

T = TypeVar("T")

_GONE = re.compile(r"NoSuchEntity|NotFound")
_STATUS: Final = "__status"
_RETRY_SECONDS = 20.0  # the real provider's two minutes are for AWS's propagation; here it is over at once
_WAIT_SECONDS = 600.0


class GoneError(Failure):
    """AWS says that there is no such thing."""


class Calls:
    """The calls of one spec on one session. `doing` and `label` go into error messages."""

    def __init__(self, spec: Spec, session: Session) -> None:
        self._spec, self._session = spec, session

    def client(self, props: Props) -> Any:
        """Return the service's client, in the resource's own region if it has one."""
        return self._session.client(self._spec.service, props.get("region"))

    def create(self, props: Props, label: str) -> Any:
        """Make the create call, with the tags in the service's form."""
        tags = self._spec.tags
        extra = {tags.param: tags.pack(props["tags"])} if tags is not None and props.get("tags") else {}
        return self._worded(lambda: self._invoke(self._spec.create, props, extra), "creating", label)

    def run(self, update: Update, old: Props, new: Props, doing: str, label: str) -> None:
        """Make one update."""
        step = update.run
        if isinstance(step, Call):
            call = step
            self._worded(lambda: self._invoke(call, new), doing, label)
        else:
            code = step
            self._worded(lambda: code(self.client(new), old, new), doing, label)

    def retag(self, old: Props, new: Props, props: Props, label: str) -> None:
        """Bring the tags in line: what isn't wanted goes first."""
        tags = self._spec.tags
        if tags is None or not tags.tag or old == new:
            return
        target = {name: resolve(source, props) for name, source in tags.target.items()}
        client = self.client(props)
        gone = sorted(set(old) - set(new))
        changed = {key: value for key, value in new.items() if old.get(key) != value}
        if gone:
            keys = {tags.keys_param: tags.pack_keys(gone)}
            self._worded(lambda: getattr(client, tags.untag)(**target, **keys), "updating tags for", label)
        if changed:
            values = {tags.tags_param: (tags.pack_change or tags.pack)(changed)}
            self._worded(lambda: getattr(client, tags.tag)(**target, **values), "updating tags for", label)

    def delete(self, props: Props, label: str) -> None:
        """Remove it, after whatever must go first, and wait until it is gone. That it is already gone is no failure."""
        before, call = self._spec.before_delete, self._spec.delete
        try:
            if before is not None:
                first = before
                self._worded(lambda: first(self.client(props), props), "deleting", label)
            if call is not None:
                last = call
                self._worded(lambda: self._invoke(last, props), "deleting", label)
        except GoneError:
            return
        deadline = time.monotonic() + _WAIT_SECONDS
        while self._spec.wait is not None and self.read(props, label) is not None:
            if time.monotonic() > deadline:
                raise Failure(f"deleting {self._spec.title} ({label}): timeout while waiting for it to be gone")
            time.sleep(0.2)

    def settle(self, props: Props, doing: str, label: str) -> Props:
        """Read until the resource is there and, where it has a status, done."""
        spec, wait = self._spec, self._spec.wait
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            live = self.read(props, label)
            status = (live or {}).get(_STATUS)
            if live is not None and (wait is None or status in wait.done):
                return live
            if wait is not None and status in wait.failed:
                wanted = f"unexpected state '{status}', wanted target '{', '.join(wait.done)}'"
                raise Failure(f"{doing} {spec.title} ({label}): {wanted}")
            if time.monotonic() > deadline or (wait is None and live is None):
                raise Failure(f"{doing} {spec.title} ({label}): couldn't find resource after {doing} it")
            time.sleep(0.2)

    def read(self, props: Props, label: str) -> Props | None:
        """Return the outputs as AWS has them, None when there is no such resource."""
        spec = self._spec
        props = {"region": self._session.region, ACCOUNT: self._session.account_id(), **props}
        try:
            answer = self._worded(lambda: self._invoke(spec.read, props), "reading", label)
        except GoneError:
            return None
        if reading(spec.exists, answer, props) is None:
            return None
        live = {name: reading(how, answer, props) for name, how in spec.outputs.items()}
        if spec.tags is not None and "tagsAll" in live:
            live["tagsAll"] = spec.tags.unpack(live["tagsAll"] or {})
        if spec.extra is not None:
            extra = spec.extra
            live |= self._worded(lambda: extra(self.client(props), answer, props), "reading", label)
        live[_STATUS] = pick(spec.wait.status, answer) if spec.wait else None
        return live

    def adopt(self, how: Callable[[Any, str], Props], id: str) -> Props:
        """Find out what an import's id means."""
        return self._worded(lambda: how(self.client({}), id), "importing", id)

    def _invoke(self, call: Call, props: Props, extra: Props | None = None) -> Any:
        given = call.given(props) | (extra or {})
        operation = call.operation if isinstance(call.operation, str) else call.operation(props)
        deadline = time.monotonic() + _RETRY_SECONDS
        while True:
            try:
                return getattr(self.client(props), operation)(**given)
            except ClientError as error:
                if time.monotonic() > deadline or not any(text in str(error) for text in self._spec.retry):
                    raise
                time.sleep(0.5)

    def _worded(self, action: Callable[[], T], doing: str, label: str) -> T:
        """Run an AWS call and turn its errors into the real provider's words."""
        about = f"{doing} {self._spec.title} ({label})"
        try:
            return action()
        except ClientError as error:
            service = self._session.client(self._spec.service).meta.service_model.service_id
            code = str(error.response.get("Error", {}).get("Code", ""))
            gone = _GONE.search(code) or any(text in str(error) for text in self._spec.gone)
            kind = GoneError if gone and doing != "creating" else Failure
            raise kind(f"{about}: {_wording(service, error)}") from error
        except BotoCoreError as error:
            raise Failure(f"{about}: {error}") from error


def _wording(service: str, error: ClientError) -> str:
    """Write an API error as the AWS SDK for Go, and so the real provider, prints it."""
    about, meta = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    status, request = meta.get("HTTPStatusCode", "?"), meta.get("RequestId", "")
    failed = f"https response error StatusCode: {status}, RequestID: {request}"
    return f"operation error {service}: {error.operation_name}, {failed}, {about.get('Code')}: {about.get('Message')}"
