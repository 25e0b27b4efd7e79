"""The whole answer against aws-iam-authenticator's webhook: a caller as STS knows it → user name, groups, uid, extra.

Access entries are handed over as EKS does, by unique id; some were made for a principal that is gone, or renamed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from eks_access.authn.access_entries import AccessEntry
from eks_access.authn.authenticating import Authenticator, logged_in_groups
from eks_access.authn.model import Authentication
from eks_access.authn.principals import principal_of_arn
from eks_access.authz.model import Identity
from eks_access.declaration.cluster_models import AuthenticationMode as Mode
from eks_access.errors import Refused
from eks_access.iam.arns import identity as same_principal
from eks_access.plan.model import EntryType

from sandbox.eks.access_rules import identity_of

from .conftest import Show
from .figures import SEED, SOAK
from .generated_aws_auth import generate_case
from .oracle import Oracle

PAIRS = 100_000 if SOAK else 5_000
PER_CLUSTER = 5
PER_QUESTION = 200
INSTANCE_NAME = "ip-10-0-0-1.eu-west-1.compute.internal"
MODES = (Mode.CONFIG_MAP, Mode.API_AND_CONFIG_MAP, Mode.API_AND_CONFIG_MAP, Mode.API)
USERNAMES = (None, None, "walker", "e:{{SessionName}}", "x:{{SessionNameRaw}}:{{AccountID}}:{{AccessKeyID}}")


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle("aws_auth") as oracle:
        yield oracle


@dataclass(frozen=True, slots=True)
class Caller:
    """What STS says of somebody, and EC2 of their instance."""

    arn: str
    unique_id: str
    session: str | None
    access_key_id: str
    private_dns_name: str

    def as_asked(self) -> dict[str, Any]:
        return {
            "arn": self.arn,
            "account": self.arn.split(":")[4],
            "userId": self.unique_id if self.session is None else f"{self.unique_id}:{self.session}",
            "accessKeyId": self.access_key_id,
            "privateDnsName": self.private_dns_name,
        }


@dataclass(slots=True)
class Cluster:
    """A ConfigMap, entries with the ids that they were made for, and who knocks."""

    mode: Mode
    data: dict[str, str]
    callers: list[Caller]
    entries: list[AccessEntry] = field(default_factory=list)
    made_for: dict[str, str] = field(default_factory=dict)

    def as_asked(self) -> dict[str, Any]:
        roles, users = [], []
        for entry in self.entries:
            found = identity_of(entry.type.value, entry.principal_arn, entry.username, entry.groups)
            item = {"userid": self.made_for[entry.principal_arn], "username": found.username, "groups": found.groups}
            if ":role/" in entry.principal_arn:
                roles.append({**item, "rolearn": entry.principal_arn})
            else:
                users.append({**item, "userarn": entry.principal_arn})
        entries = {"LastUpdatedDateTime": "0", "Version": "1", "mapRoles": roles, "mapUsers": users, "mapAccounts": []}
        return {
            "data": self.data if self.mode.uses_aws_auth else None,
            "entries": entries if self.mode.uses_entries else None,
            "callers": [caller.as_asked() for caller in self.callers],
        }


def generate_cluster(random: Random) -> Cluster:
    """Take a generated ConfigMap, and give some of those who knock an entry."""
    case = generate_case(random, PER_CLUSTER)
    callers = [_caller(random, arn, session, key) for arn, _, session, _, key in case.principals]
    cluster = Cluster(random.choice(MODES), case.data, callers)
    if cluster.mode.uses_entries:
        for caller in random.sample(callers, 2):
            _enter(random, cluster, caller)
    return cluster


def _caller(random: Random, arn: str, session: str, access_key_id: str) -> Caller:
    if not arn.startswith("arn:aws:") and random.random() < 0.8:
        arn = arn.lower().replace("\u017f", "s")
    principal = zlib.crc32(same_principal(arn).encode())  # as IAM: one id, whatever the case of the letters
    name = random.choice((INSTANCE_NAME, INSTANCE_NAME, ""))
    head, found, role = arn.partition(":role/")
    if not found:
        return Caller(arn, f"AIDA{principal:08X}", None, access_key_id, name)
    assumed = f"{head.replace(':iam:', ':sts:')}:assumed-role/{role}/{session}"
    return Caller(assumed, f"AROA{principal:08X}", session, access_key_id, name)


def _enter(random: Random, cluster: Cluster, caller: Caller) -> None:
    arn, unique_id = caller.arn, caller.unique_id
    if not arn.isascii() or not arn.startswith("arn:aws:"):
        return  # EKS checks that there is such a principal
    kind = EntryType.STANDARD
    if caller.session is not None:
        head, _, rest = arn.partition(":assumed-role/")
        path = random.choice(("", "", "team/", "a/b/"))
        arn = f"{head.replace(':sts:', ':iam:')}:role/{path}{rest.split('/')[0]}"
        kind = random.choice((EntryType.STANDARD, EntryType.STANDARD, *EntryType))
    fate = random.random()
    if fate < 0.15:
        unique_id = "AROAGONE"
    elif fate < 0.25:
        arn += "-as-it-was"
    taken = {same_principal(entry.principal_arn) for entry in cluster.entries}
    if same_principal(arn) in taken or unique_id in cluster.made_for.values():
        return
    standard = kind is EntryType.STANDARD
    cluster.made_for[arn] = unique_id
    cluster.entries.append(
        AccessEntry(
            key=arn,
            principal_arn=arn,
            type=kind,
            username=random.choice(USERNAMES) if standard else None,
            groups=tuple(random.sample(("devs", "g-{{SessionName}}", ""), random.randint(0, 2))) if standard else (),
            policies=(),
        )
    )


@dataclass(slots=True)
class Tally:
    """Sums over all clusters."""

    pairs: int = 0
    let_in: int = 0
    by_entry: int = 0
    by_chance: int = 0
    no_principal: int = 0


def test_the_webhook_says_the_same_of_everybody(oracle: Oracle, show: Show) -> None:
    random, tally = Random(SEED + 10), Tally()
    while tally.pairs < PAIRS:
        clusters = [generate_cluster(random) for _ in range(PER_QUESTION)]
        answers = oracle.ask({"reviews": [cluster.as_asked() for cluster in clusters]})["reviews"]
        for cluster, answer in zip(clusters, answers, strict=True):
            judge(cluster, answer, tally)
    share = tally.let_in / tally.pairs
    show(
        "token reviews against aws-iam-authenticator",
        pairs=tally.pairs,
        let_in=f"{share:.1%}",
        by_entry=tally.by_entry,
        by_chance=tally.by_chance,
        no_principal=tally.no_principal,
    )
    assert 0.3 < share < 0.7


def judge(cluster: Cluster, answer: Sequence[dict[str, Any]], tally: Tally) -> None:
    authenticator = Authenticator(
        cluster.mode, aws_auth=cluster.data, entries=cluster.entries, made_for=cluster.made_for
    )
    for caller, theirs in zip(cluster.callers, answer, strict=True):
        note = f"seed {SEED}, {caller}, {cluster}"
        tally.pairs += 1
        try:
            principal = principal_of_arn(
                caller.arn,
                unique_id=caller.unique_id,
                access_key_id=caller.access_key_id,
                private_dns_name=caller.private_dns_name,
            )
        except Refused:
            assert "recognized partition" in theirs["refusal"] or "is invalid" in theirs["refusal"], note
            tally.no_principal += 1
            continue
        mine = authenticator.authenticate(principal)
        assert agrees(mine, theirs), f"{mine}, {theirs}, {note}"
        tally.let_in += mine.identity is not None
        tally.by_entry += mine.source == "access entry"
        tally.by_chance += mine.ambiguous


def agrees(mine: Authentication, theirs: dict[str, Any]) -> bool:
    """Where chance decides, it must be one of ours."""
    if theirs.get("refusal"):
        return mine.refusal is not None and mine.refusal in theirs["refusal"]
    possible = mine.alternatives or ((mine.identity,) if mine.identity else ())
    return any(view(identity) == view_of_theirs(theirs) for identity in possible)


View = tuple[str, tuple[str, ...], str, dict[str, str]]


def view(identity: Identity) -> View:
    return identity.username, identity.groups, identity.uid, {key: each for key, (each,) in identity.extra.items()}


def view_of_theirs(answer: dict[str, Any]) -> View:
    username, groups = answer["username"], tuple(answer["groups"] or ())
    extra = {key: each for key, (each,) in answer["extra"].items() if each}  # ours leaves out what is empty
    return username, logged_in_groups(username, groups), answer["uid"], extra
