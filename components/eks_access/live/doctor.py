"""Walk the way into a cluster as somebody who is stuck; say where it ends, why, and what to write or whom to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..authz.messages import UNAUTHORIZED
from ..authz.model import Identity, Request
from ..diagnosis.model import Finding, Remedy, Wall
from ..diagnosis.symptoms_model import AwsDenied, Symptom
from ..errors import NoAnswerError
from ..review.asking import describe
from . import way_in
from .api_server import ApiServer
from .contexts import Context, read_context
from .doctor_answers import Answers, explained
from .eks import mode_of
from .patient import Patient, Step


@dataclass(slots=True)
class Doctor:
    """One walk; what a station finds out is there for those that follow."""

    patient: Patient
    _context: Context | None = None
    _session: Any = None
    _caller: way_in.Caller | None = None
    _described: Mapping[str, Any] | None = None
    _notes: list[str] = field(default_factory=list)

    def walk(self) -> Iterator[Step | Finding]:
        """Look at station after station; the findings come last, and none where the way is free."""
        stations: tuple[tuple[Wall, Callable[[], str]], ...] = (
            (Wall.CREDENTIALS, self._credentials),
            (Wall.CALLER, self._who),
            (Wall.CLUSTER, self._cluster),
            (Wall.ENDPOINT, self._endpoint),
        )
        for wall, look in stations:
            try:
                yield Step(wall=wall, free=True, said=look())
            except way_in.StoppedError as stopped:
                yield Step(wall=wall, free=False, said=stopped.symptom.seen)
                yield from self._explained(stopped.symptom, *stopped.evidence)
                return
            except NoAnswerError as error:
                yield from self._unanswered(wall, error)
                return
        wall = Wall.MAPPING
        try:
            for seen in self._inside():
                wall = Wall.PERMISSION if isinstance(seen, Step) else wall
                yield seen
        except NoAnswerError as error:
            yield from self._unanswered(wall, error)

    def _unanswered(self, wall: Wall, error: NoAnswerError) -> Iterator[Step | Finding]:
        said, _, fix = str(error).partition("; ")
        yield Step(wall=wall, free=False, said=said)
        finding = Finding(wall=wall, cause="no-answer", said=said, remedies=(Remedy(say=fix or "try again"),))
        yield self._noted(finding)

    def _credentials(self) -> str:
        asked = self.patient
        self._context = read_context(asked.kubeconfig, asked.context)
        context = self._context
        if context is None:
            self._notes.append("there is no kubeconfig here: `aws eks update-kubeconfig`, or the one the stack exports")
        elif context.cluster and context.cluster != asked.cluster:
            self._notes.append(f"kubectl goes to {context.cluster}: context {context.name} of {context.file}")
        elif asked.profile and context.profile and context.profile != asked.profile:
            self._notes.append(f"kubectl uses the profile {context.profile}, which {context.file} names")
        declared = asked.plan.cluster.name if asked.plan and asked.plan.cluster else asked.cluster
        if declared != asked.cluster:
            self._notes.append(f"the declaration is of {declared}, and {asked.cluster} is asked for")
        self._session, said = way_in.open_session(context, asked.profile, asked.region, asked.cluster)
        return said

    def _who(self) -> str:
        self._caller = caller = way_in.call_sts(self._session)
        if abs(caller.skew) >= way_in.SKEW:
            self._notes.append(way_in.clock_note(caller.skew))
        return f"AWS knows {caller.arn}"

    def _cluster(self) -> str:
        name, context, region = self.patient.cluster, self._context, self._session.region_name
        try:
            self._described = described = way_in.describe_cluster(self._session, name)
        except way_in.StoppedError as stopped:
            raise way_in.StoppedError(stopped.symptom, *stopped.evidence, *self._elsewhere()) from stopped
        if described is not None:
            return f"EKS has {name} in {region}, {described.get('status')}, authentication mode {self._mode()}"
        if context is None or not context.server:
            raise way_in.StoppedError(
                AwsDenied(seen="eks:DescribeCluster is denied", action="eks:DescribeCluster"),
                "and there is no kubeconfig to go by",
            )
        return f"EKS does not show {name} to you (eks:DescribeCluster is denied): going by context {context.name}"

    def _elsewhere(self) -> tuple[str, ...]:
        """Tell where the cluster should be, where that is another account or region than this."""
        assert self._caller is not None
        found: list[str] = []
        declared = self.patient.declared
        account = declared.account.id if declared else self._context.account if self._context else ""
        if account and account != self._caller.account:
            found.append(f"{self.patient.cluster} is in account {account}, and you are in {self._caller.account}")
        if declared and declared.region != self._session.region_name:
            found.append(f"{declared.name} is declared in {declared.region}")
        return tuple(found)

    def _address(self) -> tuple[str, str]:
        if self._described is None:
            assert self._context is not None
            return self._context.server, self._context.authority
        authority = (self._described.get("certificateAuthority") or {}).get("data") or ""
        endpoint = str(self._described.get("endpoint") or "").rstrip("/")
        if not endpoint:
            raise NoAnswerError(f"{self.patient.cluster} has no endpoint yet; wait until it is ACTIVE")
        return endpoint, authority

    def _endpoint(self) -> str:
        url, authority = self._address()
        context = self._context
        if context and context.server and context.cluster == self.patient.cluster and context.server != url:
            self._notes.append(f"{context.file} leads to {context.server}, and the cluster is at {url}: write it anew")
        try:
            way_in.knock(url, authority)
        except way_in.StoppedError as stopped:
            network = (self._described or {}).get("resourcesVpcConfig") or {}
            private = (
                () if network.get("endpointPublicAccess", True) else ("its endpoint is reached from its VPC only",)
            )
            raise way_in.StoppedError(stopped.symptom, *private) from stopped
        return f"the API server answers at {url}"

    def _inside(self) -> Iterator[Step | Finding]:
        url, authority = self._address()
        server = way_in.log_in(self._session, self.patient.cluster, url, authority)
        identity = way_in.who_am_i(server)
        if identity is None:
            yield Step(wall=Wall.MAPPING, free=False, said=UNAUTHORIZED.removeprefix("error: "))
            yield self._noted(self._answers().refused())
            return
        groups = ", ".join(group for group in identity.groups if group != "system:authenticated")
        yield Step(wall=Wall.MAPPING, free=True, said=f"you are {identity.username}, groups: {groups or 'none'}")
        yield from self._rights(server, identity)

    def _rights(self, server: ApiServer, identity: Identity) -> Iterator[Step | Finding]:
        namespace = self.patient.namespace or (self._context.namespace if self._context else "") or "default"
        request = Request(verb="list", resource="pods", namespace=namespace)
        allowed, _ = way_in.may(server, request)
        said = describe(request)
        yield Step(wall=Wall.PERMISSION, free=allowed, said=f"you may {said}" if allowed else f"you may not {said}")
        if not allowed:
            yield self._noted(self._answers().forbidden(identity, request))
        elif self._notes:
            yield Finding(wall=Wall.NONE, cause="note", said="the way is free; beside it:", evidence=tuple(self._notes))

    def _answers(self) -> Answers:
        assert self._caller is not None
        mode = "" if self._described is None else self._mode()
        profile, _ = way_in.chosen_profile(self._context, self.patient.profile)
        return Answers(patient=self.patient, caller=self._caller, session=self._session, profile=profile, mode=mode)

    def _mode(self) -> str:
        return mode_of(self._described or {}) or "CONFIG_MAP"

    def _explained(self, symptom: Symptom, *evidence: str) -> Iterator[Finding]:
        for finding in explained(self.patient, symptom):
            yield self._noted(finding, *evidence)

    def _noted(self, finding: Finding, *evidence: str) -> Finding:
        return replace(finding, evidence=(*evidence, *finding.evidence, *self._notes))
