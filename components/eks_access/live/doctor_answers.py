"""What ends a walk inside the cluster, answered: by what maps and binds people there, and by the declaration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..authn.model import Principal
from ..authn.principals import principal_of_arn
from ..authz.messages import forbidden_status
from ..authz.model import Identity, Request
from ..diagnosis.grants import admins
from ..diagnosis.model import Finding, Wall
from ..diagnosis.symptoms_model import Forbidden, Symptom, Unauthorized
from ..diagnosis.unmapped import shadowed, unmapped
from ..diagnosis.why import explain_symptoms
from ..diagnosis.why_mapping import to_be_declared
from ..errors import EksAccessError, Refused
from ..review.access_review import AccessReview
from ..review.declared import state_of_plan
from ..review.dumps import state_of_documents
from ..review.matrix import gives_everybody
from ..review.people import with_people
from ..review.state import AccessState
from .cluster import Reach, read_live
from .eks import read_eks
from .patient import Patient
from .way_in import Caller

_MORE = "an admin's --admin-profile would show more"


def explained(patient: Patient, symptom: Symptom) -> tuple[Finding, ...]:
    """Answer a symptom from the declaration; without what was read, which the step has said."""
    found = explain_symptoms((symptom,), patient.plan, file=patient.file, stack=patient.stack)
    return tuple(replace(finding, evidence=finding.evidence[1:]) for finding in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers for one caller of one cluster."""

    patient: Patient
    caller: Caller
    session: Any
    """The caller's, of boto3."""
    profile: str | None
    """With which it was opened; None where nothing names one."""
    mode: str
    """Authentication mode; empty where EKS doesn't show it to the caller."""

    def refused(self) -> Finding:
        """Answer a 401."""
        arn = self.caller.arn
        (declared, *_) = explained(self.patient, Unauthorized(seen=arn, arns=(arn,)))
        if self.patient.plan is None:
            said = f"the cluster does not let {arn} in: nothing maps it there, or what does fails"
            declared = Finding(wall=Wall.MAPPING, cause="not-mapped", said=said, remedies=(to_be_declared(arn),))
        state, unread = self._state()
        if state is None:
            return replace(declared, evidence=(*declared.evidence, unread))
        principal = self._principal()
        if principal is None:
            return replace(declared, ask=declared.ask or admins(state))
        found = unmapped(state, principal)
        if found.cause == "not-mapped" and declared.cause != "not-mapped":
            found = replace(declared, evidence=(*found.evidence, *declared.evidence), remedies=())
        return replace(
            found,
            remedies=(*found.remedies, *declared.remedies),
            ask=declared.ask or admins(state),
        )

    def forbidden(self, identity: Identity, request: Request) -> Finding:
        """Answer a 403."""
        state, _ = self._state()
        elsewhere = self._named_otherwise(identity)
        symptom = Forbidden(seen=forbidden_status(identity, request), user=identity.username, request=request)
        (found, *_) = explained(self.patient, symptom)
        found = replace(elsewhere, wall=Wall.PERMISSION) if elsewhere else found
        evidence = [*found.evidence]
        ask = found.ask
        if state is not None:
            ask = ask or admins(state)
            evidence += self._where(state, request)
        else:
            evidence.append(_MORE)
        return replace(found, evidence=tuple(evidence), ask=ask)

    def _named_otherwise(self, identity: Identity) -> Finding | None:
        """Answer by the principal where the declaration knows it under another user name than the cluster."""
        plan, arn = self.patient.plan, self.caller.arn
        if plan is None or plan.cluster is None:
            return None
        if self._principal() is None:
            return None
        (asker, *_) = AccessReview(state_of_plan(plan)).whoami(arn)
        declared = asker.authentication.identity
        if declared is None or declared.username == identity.username:
            return None
        return explained(self.patient, Unauthorized(seen=arn, arns=(arn,)))[0]

    def _where(self, state: AccessState, request: Request) -> Iterator[str]:
        """Tell in which namespaces they may: the right one may be another."""
        review = AccessReview(state)
        principal = self._principal()
        identity = review.authenticator.authenticate(principal).identity if principal else None
        if principal is None or identity is None:
            return
        yield from shadowed(state, principal)
        _, namespaces = review.where(identity, request)
        if namespaces:
            yield f"you may {request.verb} {request.resource} in {', '.join(namespaces[:8])}: add -n to what you type"
        elif all(gives_everybody(binding) for binding, _, _ in review.authorizer.rbac.all_held_by(identity)):
            yield "you are mapped, and no binding names you or your groups"

    def _state(self) -> tuple[AccessState | None, str]:
        """Read what maps people there with the rights at hand; None, and why, where they don't suffice."""
        asked = self.patient
        where = Reach(
            cluster=asked.cluster, profile=asked.admin_profile or self.profile, region=self.session.region_name
        )
        try:
            state = read_live(where)
        except EksAccessError as error:
            if self.mode != "API":
                return None, _unread(error)
            try:
                state = state_of_documents(read_eks(self.session, asked.cluster), cluster=asked.cluster)
            except EksAccessError as denied:
                return None, _unread(denied)
        return (with_people(state, asked.plan) if asked.plan and asked.plan.cluster else state), ""

    def _principal(self) -> Principal | None:
        """Make a principal of what STS says; None where that is nobody who can be mapped."""
        try:
            return principal_of_arn(self.caller.arn, unique_id=self.caller.unique_id)
        except Refused:
            return None


def _unread(error: Exception) -> str:
    reason = " ".join(str(error).split()).partition(": ")[0][:160]
    return f"aws-auth and access entries can't be read with these rights ({reason}); {_MORE}"
