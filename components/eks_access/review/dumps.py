"""Manifests, `kubectl get … -o yaml` and answers of `aws eks …`, in any mix → one cluster's access.

Formats of the answers: https://docs.aws.amazon.com/cli/latest/reference/eks/ (describe-cluster, list-access-entries,
describe-access-entry, list-associated-access-policies), https://kubernetes.io/docs/reference/kubernetes-api/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..authz.model import RbacObjects
from ..authz.names import is_label
from ..authz.reading import counts_within, each_object, read_judged
from ..authz.resources import ApiResource
from ..declaration.kinds import AuthenticationMode
from ..errors import Problem, Refused
from .applying import joined
from .as_applied import is_meant_as_rbac, why_refused
from .aws_answers import Answers, is_answer
from .definitions import defined_in
from .documents import Document, as_documents
from .facts import AWS_AUTH, Facts
from .remarks import Remarks
from .state import AccessState

_STATE_KEYS = ("deployment", "checkpoint", "steps")
_DIGITS = re.compile(r"\d+")


def state_of_documents(
    documents: Iterable[object],
    *,
    version: str | None = None,
    mode: AuthenticationMode | None = None,
    cluster: str | None = None,
    complete: bool = False,
) -> AccessState:
    """Return the access that documents tell of; what they leave open is assumed, and said among the notices.

    Args:
        documents: parsed content, or `Document`s that know their place.
        version: Kubernetes minor, over what the documents say.
        mode: authentication mode, over what the documents say.
        cluster: name of the cluster that is meant, where the documents are about several.
        complete: they are all there is, so that what they lack doesn't exist.

    Raises:
        Refused: something in them has not its form, or nothing in them is about access.
    """
    return read_dump(documents, stored=complete).state(version=version, mode=mode, cluster=cluster, complete=complete)


def read_dump(documents: Iterable[object], *, within: str | None = None, stored: bool = False) -> Dump:
    """Read documents before it is known what for.

    Args:
        documents: parsed content, or `Document`s that know their place.
        within: pass over the RBAC objects of all namespaces but this one (`Question.within`); None: of none.
        stored: the API server has them, so it refuses none.

    Raises:
        Refused: something in them has not its form.
    """
    dump = Dump(within=within, stored=stored)
    for document in as_documents(documents):
        try:
            dump.add(document)
        except RecursionError:
            raise document.refused("", None, "Lists are nested a few levels deep at most") from None
    return dump


@dataclass(slots=True)
class Dump:
    """What was found in documents so far."""

    within: str | None = None
    """As `read_dump` takes it."""
    stored: bool = False
    """As `read_dump` takes it."""
    answers: Answers = field(default_factory=Answers)
    read: list[RbacObjects] = field(default_factory=list)
    """RBAC objects, document by document."""
    dumped: list[RbacObjects] = field(default_factory=list)
    """Those that a cluster gave a uid: they were there before any manifest."""
    has_rbac: bool = False
    """Whether there is any, passed over or not."""
    aws_auth: dict[str, str] | None = None
    resources: dict[str, ApiResource] = field(default_factory=dict)
    """Those that are defined here, or served beside Kubernetes' usual ones, by name and group."""
    namespaces: set[str] = field(default_factory=set)
    server: str | None = None
    others: list[Document] = field(default_factory=list)
    remarks: Remarks = field(default_factory=Remarks)

    @property
    def maps(self) -> bool:
        """Whether anything tells who is mapped."""
        return self.aws_auth is not None or self.answers.any

    def objects(self) -> RbacObjects:
        """All RBAC objects in their order, what is to be refused included."""
        return joined(*self.dumped, *self.read)

    def add(self, document: Document) -> None:
        """Read one document."""
        content = document.content
        if content is None:
            return
        if isinstance(content, list):
            for each in content:
                self._add_map(Document(content=each, file=document.file, line=document.line))
            return
        self._add_map(document)

    def state(
        self,
        *,
        version: str | None = None,
        mode: AuthenticationMode | None = None,
        cluster: str | None = None,
        complete: bool = False,
    ) -> AccessState:
        """Put together what was found; see `state_of_documents`.

        Raises:
            Refused: nothing in it is about access, or it is about several clusters.
        """
        if not (self.maps or self.has_rbac):
            rule = "nothing here says who may do what: no RBAC objects, no aws-auth, no answers of `aws eks`"
            fix = "give `kubectl get … -o yaml`, or manifests"
            if self.remarks.astray:
                rule = f"the ConfigMap aws-auth is in the namespace {self.remarks.astray[0]}, where nobody reads it"
                fix = f"write `namespace: {AWS_AUTH[0]}`"
            raise Refused([Problem(file=self._first_file(), rule=rule, fix=fix)])
        facts = Facts(
            objects=self.objects(),
            resources=self.resources,
            namespaces=self.namespaces,
            aws_auth=self.aws_auth,
            stored=self.stored,
            complete=complete,
        )
        facts.notices += self.remarks.sentences()
        self.answers.tell(facts, cluster)
        facts.version = version or facts.version or self.server
        facts.mode = mode or facts.mode
        if self.others:
            first = self.others[0]
            place = f" (the first: {first.file}:{first.line or 1})" if first.file else ""
            what = "document that is" if len(self.others) == 1 else "documents that are"
            facts.notices.append(
                f"passed over {len(self.others)} {what} neither Kubernetes objects nor answers of `aws eks`{place}"
            )
        if not complete:
            facts.notices += self._gaps(facts)
        return facts.state()

    def _gaps(self, facts: Facts) -> Iterator[str]:
        if facts.mode and facts.mode.uses_entries and not facts.entries:
            yield f"mode {facts.mode} has access entries, and none are part of it: whom they let in is not counted"
        if facts.mode and facts.mode.uses_aws_auth and facts.aws_auth is None:
            yield f"mode {facts.mode} asks aws-auth, and it is not part of it: whom it lets in is not counted"

    def lacking(self, state: AccessState) -> Iterator[str]:
        """Say what to add, so that everybody who enters is in these files."""
        if state.mode.uses_aws_auth and state.aws_auth is None:
            yield (
                "add what `kubectl get cm aws-auth -n kube-system -o yaml` prints; if the cluster has none, add a "
                "ConfigMap aws-auth without data"
            )
        if state.mode.uses_entries:
            yield from self.answers.lacking(state.name)

    def _first_file(self) -> str | None:
        return next((document.file for document in self.others), None)

    def _add_map(self, document: Document) -> None:
        content = document.content
        if not isinstance(content, Mapping):
            rule = "a document is a Kubernetes object, a List of them, or an answer of `aws eks`"
            raise document.refused("", content, rule)
        if is_answer(content):
            self.answers.add(document, content)
        elif "kind" in content and "apiVersion" in content:
            self._add_objects(document, content)
        elif isinstance(found := content.get("serverVersion"), Mapping):
            major, minor = (_DIGITS.match(str(found.get(key) or "")) for key in ("major", "minor"))
            self.server = f"{major[0]}.{minor[0]}" if major and minor else None
        elif any(isinstance(content.get(key), Mapping | list) for key in _STATE_KEYS):
            rule = "this is the state or the preview of a Pulumi stack"
            raise document.refused("", None, rule, "give it with --state")
        else:
            self.others.append(document)

    def _add_objects(self, document: Document, content: Mapping[str, Any]) -> None:
        manifests: list[tuple[Mapping[str, Any], str]] = []
        dumped: list[tuple[Mapping[str, Any], str]] = []
        for item in each_object([content]):
            if is_meant_as_rbac(item):
                self.has_rbac = True
                named = self.remarks.name(item)
                why = self._why_refused(named)
                if why or self.within is None or counts_within(named, self.within):
                    (dumped if _has_uid(item) else manifests).append((named, why))
            self.resources |= {str(found): found for found in defined_in(item)}
            metadata = item.get("metadata")
            if not isinstance(metadata, Mapping):
                continue
            name, namespace, kind = metadata.get("name"), metadata.get("namespace"), item.get("kind")
            if isinstance(namespace, str) and is_label(namespace):
                self.namespaces.add(namespace)
            if kind == "Namespace" and isinstance(name, str):
                self.namespaces.add(name)
            elif kind == "ConfigMap" and name == AWS_AUTH[1]:
                self._add_aws_auth(document, item, namespace)
        try:
            self.dumped.append(read_judged(dumped))
            self.read.append(read_judged(manifests))
        except Refused as refusal:
            raise document.placed(refusal) from None

    def _why_refused(self, item: Mapping[str, Any]) -> str:
        if self.stored:
            return ""
        why = why_refused(item)
        self.remarks.look(item, taken=not why)
        return why

    def _add_aws_auth(self, document: Document, item: Mapping[str, Any], namespace: object) -> None:
        if not namespace:
            self.remarks.about.append("the ConfigMap aws-auth names no namespace; taken for the one in kube-system")
        if namespace not in (None, "", AWS_AUTH[0]):
            self.remarks.astray.append(str(namespace))
            return
        data = document.mapping(item.get("data"), "ConfigMap aws-auth: data")
        for key, value in data.items():
            if not isinstance(key, str) or not isinstance(value, str):
                rule = "each section of aws-auth is one text: `mapRoles: |`, with the lines indented below"
                raise document.refused(f"ConfigMap aws-auth: data.{key}", value, rule, "write the `|`")
        if self.aws_auth is not None and self.aws_auth != data:
            rule = "the ConfigMap aws-auth is here twice, and a cluster has one"
            raise document.refused("ConfigMap aws-auth", None, rule, "give the files of one cluster")
        self.aws_auth = dict(data)


def _has_uid(item: Mapping[str, Any]) -> bool:
    metadata = item.get("metadata")
    return isinstance(metadata, Mapping) and bool(metadata.get("uid"))
