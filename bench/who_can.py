"""``who-can`` against kubectl-who-can on one real API server, as whole processes; and who of the two is right."""

from __future__ import annotations

import time
from pathlib import Path

from eks_access.authz.model import Request

from sandbox.progress import Reporter
from sandbox.toolchain import Toolchain
from sandbox.tools import Tool

from .live_cluster import LiveCluster, live_cluster
from .rbac_cluster import Size, company
from .rows import Listing, Row, Table, seconds, times
from .timing import EKS_ACCESS, run, whole_processes
from .who_can_judged import Question, compared

SIZE = Size(namespaces=100, roles=2000, bindings=5000, people=300, teams=40)
_REPETITIONS = 5
FROM_DUMP = 5.0
"""How many times faster than kubectl-who-can from a dump, at least; live never slower."""
REFERENCE = Tool(
    name="kubectl-who-can",
    module="kubectl-who-can",
    package="github.com/aquasecurity/kubectl-who-can/cmd/kubectl-who-can",
)
_MODULES = Path(__file__).parent / "tools"


_SPACE = "team-003-2"
QUESTIONS = (
    Question(request=Request(verb="get", resource="pods", namespace=_SPACE), words=("get", "pods", "-n", _SPACE)),
    Question(
        request=Request(verb="update", resource="deployments", api_group="apps", subresource="scale", namespace=_SPACE),
        words=("update", "deployments/scale", "-n", _SPACE),
        theirs=("update", "deployments", "--subresource", "scale", "-n", _SPACE),
    ),
    Question(request=Request(verb="delete", resource="nodes"), words=("delete", "nodes", "-n", _SPACE)),
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
        rows.append(_each_namespace(cluster, reference))
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


def _each_namespace(cluster: LiveCluster, reference: str) -> Row:
    """Ask kubectl-who-can in one namespace after the other: the only way in which it sees RoleBindings everywhere."""
    names = [each["metadata"]["name"] for each in cluster.documents if each["kind"] == "Namespace"]
    asked = ("list", "secrets")
    start = time.perf_counter()
    for name in names:
        run((reference, *asked, "-n", name, "--kubeconfig", str(cluster.kubeconfig)))
    theirs = time.perf_counter() - start
    ours = whole_processes({"ours": (EKS_ACCESS, "who-can", *asked, "-f", str(cluster.dump))}, _REPETITIONS)["ours"]
    return Row(
        what=f"list secrets in any namespace, dump; theirs once in each of {len(names)}",
        ours=seconds(ours),
        reference=seconds(theirs),
        ratio=times(theirs / ours),
        target=f"≥ {FROM_DUMP:g}x",
        met=theirs / ours >= FROM_DUMP,
    )
