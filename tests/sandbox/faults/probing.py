"""What a probe is held against: who may do what by the evaluator, before an update and after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from eks_access import AccessPlan
from eks_access.authz.model import Request
from eks_access.review.access_review import AccessReview
from eks_access.review.declared import state_of_plan

from sandbox.logins import Door, Login
from sandbox.nodes import Node, Nodes
from sandbox.probe import Answer, Probe, Question
from sandbox.state import REGION

from .stage import Stage

ARRIVES_WITHIN = 20
"""Seconds after an update in which the last change is seen: the authenticator watches, and nothing is cached."""


@dataclass(frozen=True)
class Way:
    """One person by one way in."""

    person: str
    arn: str
    mfa: bool = False
    session: str = ""

    @property
    def told(self) -> str:
        """Say who it is."""
        return f"{self.person} as {self.arn.rpartition(':')[2]}"


@dataclass
class Judged:
    """What one update was to those who logged in meanwhile."""

    probes: int
    unexpected: list[str]
    """Answers that nothing explains: neither what was declared before nor what is declared now."""
    late: list[str]
    """Rights that changed and did not arrive."""
    changed: int
    """Questions whose answer changed."""


@dataclass
class Watchers:
    """Everybody who has a way in, with credentials, and a machine."""

    stage: Stage
    probe: Probe
    node: Node
    logins: dict[Way, Login] = field(default_factory=dict)

    def during(self, update: Callable[[], object], before: AccessPlan, after: AccessPlan) -> Judged:
        """Let them log in while something is updated, and judge every answer."""
        reviews = AccessReview(state_of_plan(before)), AccessReview(state_of_plan(after))
        self._come(before)
        asked = [(way, question) for way in self.logins for question in self._questions(way, before, after)]
        expected = {
            question: tuple(_status(review, way, question.path) for review in reviews) for way, question in asked
        }
        own = Question("a node", f"/api/v1/nodes/{self.node.name}", self._node_login())
        expected[own] = (200, 200)
        # a developer has many questions and a machine has one, which counts as much
        turns = [each for _, question in asked for each in (question, own)]
        with self.probe.watching(turns) as answers:
            update()
        late = self._late(expected)
        self.logins = {way: login for way, login in self.logins.items() if way in _ways(after)}
        return Judged(
            len(answers), list(_unexpected(answers, expected)), late, sum(a != b for a, b in expected.values())
        )

    def _come(self, plan: AccessPlan) -> None:
        for way in _ways(plan):
            if way not in self.logins:
                self.logins[way] = self._login(plan, way)

    def _login(self, plan: AccessPlan, way: Way) -> Login:
        keyring = self.stage.keyring
        assert plan.cluster is not None
        if way.arn == plan.cluster.creator_arn:
            credentials = keyring.deployer()
        elif ":user/" in way.arn:
            credentials = keyring.user(way.person)
        else:
            credentials = keyring.role(way.person, way.arn, mfa=way.mfa, session=way.session)
        return Login(plan.cluster.name, REGION, credentials)

    def _node_login(self) -> Login:
        from botocore.credentials import Credentials

        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        return Login(self.stage.name, REGION, Credentials(*(self.node.environment[name] for name in names)))

    def _questions(self, way: Way, *plans: AccessPlan) -> Iterator[Question]:
        for path in sorted({path for plan in plans for path in _paths(plan)}):
            yield Question(way.told, path, self.logins[way])

    def _late(self, expected: dict[Question, tuple[int, int]]) -> list[str]:
        deadline = time.monotonic() + ARRIVES_WITHIN
        open_ = {question: statuses[1] for question, statuses in expected.items()}
        while open_:
            seen = {question: self.probe.ask(question) for question in open_}
            open_ = {question: wanted for question, wanted in open_.items() if seen[question] != wanted}
            if open_ and time.monotonic() > deadline:
                return [f"{q.who} on {q.path}: {seen[q]} instead of {wanted}" for q, wanted in open_.items()]
        return []


def _ways(plan: AccessPlan) -> list[Way]:
    assert plan.cluster is not None
    ways = [Way(e.person, e.enters_as, e.mfa, "" if e.own_arn == e.enters_as else e.person) for e in plan.entrances]
    creator = Way(plan.cluster.creator, plan.cluster.creator_arn, session="sandbox")
    return [way for way in ways if way.arn != creator.arn] + [creator]


def _paths(plan: AccessPlan) -> list[str]:
    names = [namespace.name for namespace in plan.rbac.namespaces]
    return [
        "/api/v1/nodes",
        *(f"/api/v1/namespaces/{name}/{resource}" for name in names for resource in ("pods", "configmaps")),
        *(f"/apis/apps/v1/namespaces/{name}/deployments" for name in names),
    ]


def _request(path: str) -> Request:
    parts = path.strip("/").split("/")
    group = parts[1] if parts[0] == "apis" else ""
    rest = parts[3:] if group else parts[2:]
    namespace, resource = (rest[1], rest[2]) if rest[0] == "namespaces" else ("", rest[0])
    return Request(verb="list", api_group=group, resource=resource, namespace=namespace)


def _status(review: AccessReview, way: Way, path: str) -> int:
    (verdict,) = review.can(way.arn, _request(path), session=way.session).verdicts
    if verdict.decision is None:
        return 401
    return 200 if verdict.allowed else 403


def _unexpected(answers: list[Answer], expected: dict[Question, tuple[int, int]]) -> Iterator[str]:
    for answer in answers:
        if answer.status not in expected[answer.question]:
            wanted = " or ".join(map(str, dict.fromkeys(expected[answer.question])))
            yield f"{answer.at:.1f} s: {answer.question.who} on {answer.question.path}: {answer.status}, not {wanted}"


@contextmanager
def watchers(stage: Stage) -> Iterator[Watchers]:
    """Start a machine, and open the door."""
    plan = stage.plan
    nodes = Nodes(stage.sandbox)
    role = next(role for role in plan.node_roles if role.kind == "managed")
    node = nodes.start(stage.name, role.arn)
    try:
        with closing(Door(stage.sandbox.state(), stage.name)) as door:
            yield Watchers(stage, Probe(door), node)
    finally:
        nodes.stop(node)
