"""``who-can`` against kubectl-who-can on one real API server, as whole processes; and who of the two is right."""

from __future__ import annotations

from pathlib import Path

from eks_access.authz.model import Request

from sandbox.progress import Reporter
from sandbox.toolchain import Toolchain
from sandbox.tools import Tool

from .live_cluster import LiveCluster, live_cluster
from .rbac_cluster import Size, company
from .rows import Listing, Row, Table, seconds, times
from .timing import EKS_ACCESS, whole_processes
from .who_can_judged import Question, compared

SIZE = Size(namespaces=100, roles=2000, bindings=5000, people=300, teams=40)
FROM_DUMP = 5.0
"""How many times faster than kubectl-who-can from a dump, at least; live never slower."""
REFERENCE = Tool(
    name="kubectl-who-can",
    module="kubectl-who-can",
    package="github.com/aquasecurity/kubectl-who-can/cmd/kubectl-who-can",
)
_MODULES = Path(__file__).parent / "tools"


_SPACE = "team-003-1"
QUESTIONS = (
    Question(request=Request(verb="get", resource="pods", namespace=_SPACE), words=("get", "pods", "-n", _SPACE)),
    Question(
        request=Request(verb="update", resource="deployments", api_group="apps", subresource="scale", namespace=_SPACE),
        words=("update", "deployments/scale", "-n", _SPACE),
        theirs=("update", "deployments", "--subresource", "scale", "-n", _SPACE),
    ),
    Question(request=Request(verb="delete", resource="nodes"), words=("delete", "nodes")),
    Question(request=Request(verb="get", path="/metrics"), words=("get", "/metrics")),
    Question(  # "in any of the available namespaces", as kubectl-who-can's help says
        request=Request(verb="list", resource="secrets"),
        words=("list", "secrets"),
        theirs=("list", "secrets", "--all-namespaces"),
        anywhere=True,
        repetitions=1,
    ),
)


def measure() -> Table:
    """Ask the same questions of both."""
    reference = str(Toolchain(Reporter(), modules=_MODULES).ensure(REFERENCE))
    with live_cluster(company(SIZE)) as cluster:
        rows = [row for question in QUESTIONS for row in _rows(cluster, question, reference)]
        findings = [compared(cluster, question, _their_command(cluster, question, reference)) for question in QUESTIONS]
    notes = (
        f"{SIZE.roles:,} roles, {SIZE.bindings:,} bindings, {SIZE.namespaces} namespaces, {SIZE.people} people in "
        "aws-auth; whole processes in turn, medians of 5 (of any namespace one: kubectl-who-can -A first asks about "
        "each); the ratio is how many times faster ours is. With -n kubectl-who-can fetches one namespace; ours reads "
        "the whole cluster and joins it with aws-auth",
    )
    headings = ("Question", "Subjects who can", "kubectl-who-can misses", "names wrongly", "Ours: misses / wrongly")
    listing = Listing(
        title="Answers, judged by a SubjectAccessReview of every subject of every binding",
        headings=headings,
        rows=[finding.cells for finding in findings],
    )
    return Table(title="who-can against kubectl-who-can v0.4.0", rows=rows, notes=notes, lists=[listing])


def _their_command(cluster: LiveCluster, question: Question, reference: str) -> tuple[str, ...]:
    return (reference, *(question.theirs or question.words), "--kubeconfig", str(cluster.kubeconfig))


def _rows(cluster: LiveCluster, question: Question, reference: str) -> list[Row]:
    ours = (EKS_ACCESS, "who-can", *question.words)
    taken = whole_processes(
        {
            "theirs": _their_command(cluster, question, reference),
            "dump": (*ours, "-f", str(cluster.dump)),
            "live": (*ours, "--live", "--kubeconfig", str(cluster.kubeconfig)),
        },
        question.repetitions,
    )
    return [
        Row(
            what=f"{question.text}, {how}",
            ours=seconds(taken[how]),
            reference=seconds(taken["theirs"]),
            ratio=times(taken["theirs"] / taken[how]),
            target=f"≥ {least:g}x",
            met=taken["theirs"] / taken[how] >= least,
        )
        for how, least in (("dump", FROM_DUMP), ("live", 1.0))
    ]
