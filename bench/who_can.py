"""``who-can`` against kubectl-who-can on one real API server, as whole processes; and who of the two is right."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import fmean

from eks_access.authz.model import Request

from sandbox.progress import Reporter
from sandbox.toolchain import Toolchain
from sandbox.tools import Tool

from .live_cluster import NAME, LiveCluster, live_cluster
from .rbac_cluster import Size, company
from .rows import Listing, Row, Table, seconds, times
from .timing import EKS_ACCESS, PYTHON, run, whole_processes
from .who_can_judged import Question, compared
from .who_can_many import questions
from .who_can_many import theirs as in_their_words

SIZE = Size(namespaces=100, roles=2000, bindings=5000, people=300, teams=40)
_REPETITIONS = 5
_SOME = 10
FROM_DUMP, LIVE = 5.0, 1.0
"""How many times faster than kubectl-who-can, at least."""
ROUND_TRIP = 0.05
"""Seconds; of a line from a desk to a region of AWS in another country."""
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


_NOTE = (
    f"{SIZE.roles:,} roles, {SIZE.bindings:,} bindings, {SIZE.namespaces} namespaces, {SIZE.people} people in "
    "aws-auth; whole processes in turn, medians of 5 (of any namespace one: kubectl-who-can -A first asks about each); "
    "the ratio is how many times faster ours is. With -n kubectl-who-can fetches one namespace, and asks about ten "
    "times one after the other; ours joins what it reads with aws-auth. Starting Python takes about a fifth of "
    "kubectl-who-can's time beside the API server, so no Python process answers one question five times faster there"
)


def measure() -> Table:
    """Ask the same questions of both."""
    reference = str(Toolchain(Reporter(), modules=_MODULES).ensure(REFERENCE))
    with live_cluster(company(SIZE)) as cluster:
        rows = [row for each in QUESTIONS for row in _near(cluster, each, reference)]
        rows.append(_each_namespace(cluster, reference))
        rows += [_row_by_aws(cluster, each, reference) for each in QUESTIONS if not each.anywhere]
        rows += _from_afar(cluster, reference)
        rows += [_many(cluster, reference), _nothing(cluster, reference)]
        findings = [compared(cluster, each, _theirs(each, reference, cluster.kubeconfig)) for each in QUESTIONS]
    headings = ("Question", "Subjects who can", "kubectl-who-can misses", "names wrongly", "Ours: misses / wrongly")
    listing = Listing(
        title="Answers, judged by a SubjectAccessReview of every subject of every binding",
        headings=headings,
        rows=[finding.cells for finding in findings],
    )
    return Table(title="who-can against kubectl-who-can v0.4.0", rows=rows, notes=(_NOTE,), lists=[listing])


def _theirs(question: Question, reference: str, kubeconfig: Path | None) -> tuple[str, ...]:
    source = ("--kubeconfig", str(kubeconfig)) if kubeconfig else ()
    return (reference, *(question.theirs or question.words), *source)


def _ours(question: Question, *source: str) -> tuple[str, ...]:
    return (EKS_ACCESS, "who-can", *question.words, *source)


def _row(what: str, ours: float, theirs: float, least: float | None) -> Row:
    """Say how many times faster ours is."""
    return Row(
        what=what,
        ours=seconds(ours),
        reference=seconds(theirs),
        ratio=times(theirs / ours),
        target="" if least is None else f"≥ {least:g}x",
        met=None if least is None else theirs / ours >= least,
    )


def _near(cluster: LiveCluster, question: Question, reference: str) -> list[Row]:
    """Ask beside the API server: nothing lies between but loopback."""
    taken = whole_processes(
        {
            "theirs": _theirs(question, reference, cluster.kubeconfig),
            "dump": _ours(question, "-f", str(cluster.dump)),
            "live": _ours(question, "--live", "--kubeconfig", str(cluster.kubeconfig)),
        },
        question.repetitions,
    )
    return [
        _row(f"{question.text}, {how}", taken[how], taken["theirs"], least)
        for how, least in (("dump", FROM_DUMP), ("live", LIVE))
    ]


def _row_by_aws(cluster: LiveCluster, question: Question, reference: str) -> Row:
    """Ask as people come into EKS: with a token from AWS, by `aws eks get-token` or made in the same process."""
    commands = {"theirs": _theirs(question, reference, None), "live": _ours(question, "--live", "--cluster", NAME)}
    taken = whole_processes(commands, question.repetitions, env=cluster.env)
    return _row(f"{question.text}, live, let in by AWS", taken["live"], taken["theirs"], LIVE)


def _from_afar(cluster: LiveCluster, reference: str) -> list[Row]:
    """Ask the same API server over a line that takes as long as one to a region of AWS."""
    rows = []
    with cluster.from_afar(ROUND_TRIP) as kubeconfig:
        for question in (each for each in QUESTIONS if not each.anywhere):
            commands = {
                "theirs": _theirs(question, reference, kubeconfig),
                "live": _ours(question, "--live", "--kubeconfig", str(kubeconfig)),
            }
            taken = whole_processes(commands, question.repetitions)
            what = f"{question.text}, live, {ROUND_TRIP * 1000:g} ms away"
            rows.append(_row(what, taken["live"], taken["theirs"], LIVE))
    return rows


def _many(cluster: LiveCluster, reference: str) -> Row:
    """Compare a program that asks many questions of a dump with as many runs of kubectl-who-can; of it some are run."""
    asked = list(questions())
    some = asked[:: len(asked) // _SOME]
    commands = {
        " ".join(words): (reference, *in_their_words(words), "--kubeconfig", str(cluster.kubeconfig)) for words in some
    }
    theirs = fmean(whole_processes(commands, _REPETITIONS).values())
    program = (PYTHON, "-m", "bench.who_can_many", str(cluster.dump))
    ours = whole_processes({"ours": program}, _REPETITIONS)["ours"] / len(asked)
    return _row(f"each of {len(asked)} in one namespace, dump, one program", ours, theirs, FROM_DUMP)


def _nothing(cluster: LiveCluster, reference: str) -> Row:
    """Show what a target on whole processes leaves to a program in Python."""
    commands = {"theirs": _theirs(QUESTIONS[0], reference, cluster.kubeconfig), "python": (PYTHON, "-c", "pass")}
    taken = whole_processes(commands, _REPETITIONS)
    return _row(f"{QUESTIONS[0].text}; a Python that does nothing", taken["python"], taken["theirs"], None)


def _each_namespace(cluster: LiveCluster, reference: str) -> Row:
    """Ask kubectl-who-can in one namespace after the other: the only way in which it sees RoleBindings everywhere."""
    names = [each["metadata"]["name"] for each in cluster.documents if each["kind"] == "Namespace"]
    asked = ("list", "secrets")
    start = time.perf_counter()
    for name in names:
        run((reference, *asked, "-n", name, "--kubeconfig", str(cluster.kubeconfig)))
    theirs = time.perf_counter() - start
    ours = whole_processes({"ours": (EKS_ACCESS, "who-can", *asked, "-f", str(cluster.dump))}, _REPETITIONS)["ours"]
    what = f"list secrets in any namespace, dump; theirs once in each of {len(names)}"
    return _row(what, ours, theirs, FROM_DUMP)
