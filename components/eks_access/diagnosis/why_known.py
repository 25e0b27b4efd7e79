"""What a diagnosis goes by: the declaration, its review, and who is behind a user name or an ARN of a message."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..authz.model import SERVICE_ACCOUNT_PREFIX, Identity, Request
from ..errors import Refused
from ..iam.arns import identity
from ..plan.model import AccessPlan, ClusterPlan
from ..review.access_review import AccessReview
from ..review.answers import Asker
from ..review.declared import state_of_plan
from .grants import admins, proposals
from .model import Remedy

WITH_A_DECLARATION = "with a declaration (--stack) this would say who it is, what they have, and which lines to add"
_TEMPLATE = "{{SessionName"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One declaration, ready to be asked."""

    plan: AccessPlan
    cluster: ClusterPlan
    review: AccessReview
    file: str
    """The declaration's, to be edited."""
    stack: str
    """Name of its stack; empty where it is a file alone."""
    admins: tuple[str, ...]

    def ask(self, *but: str) -> tuple[str, ...]:
        """Name whom to ask, other than somebody."""
        return tuple(name for name in self.admins if name not in but)

    def to_allow(self, who: str, request: Request) -> tuple[Remedy, ...]:
        """Propose grants."""
        return proposals(self.review, self.plan, who, request, file=self.file)

    @property
    def source(self) -> str:
        """The option that names this declaration."""
        return self.stack or self.file


def known_of(plan: AccessPlan, *, file: str, stack: str) -> Known | None:
    """Make a declaration ready; None where it has no cluster."""
    if plan.cluster is None:
        return None
    review = AccessReview(state_of_plan(plan))
    return Known(plan=plan, cluster=plan.cluster, review=review, file=file, stack=stack, admins=admins(review.state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who has a user name, as the declaration has it."""

    who: str
    """A person, ``namespace/name`` of a ServiceAccount, or what else it is, in words."""
    person: str = ""
    """To whom grants can go: a person's name or a ServiceAccount; empty where it is neither."""
    identity: Identity | None = None
    """None where the declaration gives this user name to nobody, though it is somebody's."""
    via: str = ""
    instead: str = ""
    """User name that the declaration gives them instead."""
    sure: bool = True
    """False for a session of a role of which it is not known who of several opened it."""


def named(known: Known, username: str) -> Named | None:
    """Find who has a user name; None where nobody that is declared does."""
    if username.startswith(SERVICE_ACCOUNT_PREFIX):
        (asker,) = known.review.whoami(username)
        return Named(who=f"the ServiceAccount {asker.name}", person=asker.name, identity=asker.authentication.identity)
    found = (*_by_name(known, username), *_by_session(known, username), *_by_another_name(known, username))
    return found[0] if found else None


def near_names(known: Known, username: str) -> tuple[str, ...]:
    """List user names and people that are written almost like this."""
    names = {each.username for asker in known.review.askers.people() for each in _identities(asker)}
    return tuple(difflib.get_close_matches(username[:128], sorted(names | {*known.plan.people}), n=3))


def authenticated(known: Known, arn: str) -> Asker | None:
    """Tell who a principal is to the API server; None where it is no principal."""
    try:
        return known.review.whoami(arn)[0]
    except Refused:
        return None


def owners(known: Known, arn: str) -> tuple[str, ...]:
    """Name the people whose own principal it is."""
    mine = identity(role_of(arn))
    people = {user.name: user.arn for user in known.plan.users} | {e.person: e.own_arn for e in known.plan.entrances}
    people.setdefault(known.cluster.creator, known.cluster.creator_arn)
    return tuple(sorted(person for person, own in people.items() if identity(own) == mine))


def role_of(arn: str) -> str:
    """Make a session's ARN that of its role, without the path that sessions don't have."""
    if ":assumed-role/" not in arn:
        return arn
    head, _, rest = arn.partition(":assumed-role/")
    return f"{head.replace(':sts:', ':iam:', 1)}:role/{rest.rpartition('/')[0] or rest}"


def quoted(name: str) -> str:
    """Set a name off from the sentence that it is in, whatever it holds."""
    shown = name.replace("`", "'")
    return f"`{shown}`"


def command(*words: str) -> str:
    """Write a command so that a shell takes each word as it is."""
    return shlex.join(words)


def by(via: str) -> str:
    """Say a way in within a sentence."""
    return "as themselves" if via == "direct" else f"by {via}"


def compare(known: Known, *words: str) -> Remedy:
    """Propose to ask the running cluster the same."""
    say = "ask what runs the same question; if it says no, what is declared is not deployed there"
    live = ("--live", "--cluster", known.cluster.name, "--stack", known.source)
    return Remedy(say=say, command=command("eks-access", *words, *live))


def deploy(known: Known) -> Remedy:
    """Propose to deploy what is declared."""
    stack = ("--stack", known.stack) if known.stack else ()
    say = "deploy what is declared: the preview shows what is missing"
    return Remedy(say=say, command=command("pulumi", "up", "--refresh", *stack))


def profiles(known: Known, person: str, via: Iterable[str]) -> Remedy:
    """Propose to come in by another way."""
    stack = ("--stack", known.stack) if known.stack else ()
    say = f"come in {' or '.join(map(by, via))}: with that context and AWS profile, which {person} finds here"
    return Remedy(say=say, command=command("pulumi", "stack", "output", "aws_profiles", *stack))


def _identities(asker: Asker) -> tuple[Identity, ...]:
    one = asker.authentication.identity
    return asker.authentication.alternatives or ((one,) if one else ())


def _by_name(known: Known, username: str) -> Iterator[Named]:
    for asker in known.review.askers.people():
        for each in _identities(asker):
            if each.username in (username, username.replace(" ", "")) and asker.way:
                person = asker.name if asker.name in known.plan.people else ""
                yield Named(who=asker.name, person=person, identity=each, via=asker.way.via)


def _by_session(known: Known, username: str) -> Iterator[Named]:
    """Find a role whose sessions have such names; whoever assumes it chooses the rest."""
    templates = [(p.username, p.arn, p.source) for p in known.plan.principals]
    templates += [(kept.username, kept.rolearn, "keep.mapRoles") for kept in known.plan.kept_roles]
    templates += [(e.username or "", e.principal_arn, "access entry") for e in known.review.state.entries]
    for template, arn, source in templates:
        before, braces, after = template.partition(_TEMPLATE)
        rest = username.removeprefix(before)
        if (
            not before
            or not braces
            or not username.startswith(before)
            or not rest
            or username.startswith("system:node:")
        ):
            continue
        session = rest.removesuffix(after.partition("}}")[2])
        people = sorted({entrance.person for entrance in known.plan.entrances if entrance.enters_as == arn})
        sure = session in people or len(people) < 2
        person = session if session in people else people[0] if people else ""
        some = f"a session of {arn} ({source})" + (f", which {', '.join(people)} may open" if people else "")
        who = person if person and sure else some
        asker = known.review.whoami(arn, session=session)[0]
        via = next((e.via for e in known.plan.entrances if e.enters_as == arn), source)
        yield Named(who=who, person=person, identity=asker.authentication.identity, via=via, sure=sure)


def _by_another_name(known: Known, username: str) -> Iterator[Named]:
    """Find a person whom the declaration gives another user name than this: their own name, or their ARN."""
    people = owners(known, username) if username.startswith("arn:") else (username,)
    for person in people:
        if person in known.plan.people:
            names = [each.username for asker in known.review.whoami(person) for each in _identities(asker)]
            yield Named(who=person, person=person, instead=", ".join(dict.fromkeys(names)))
