"""The command line starts without what it doesn't need, and explains itself."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from importlib.metadata import version

import pytest
from eks_access.cli.app import COMMANDS
from eks_access.declaration.schema import schema_text

from .conftest import Project, run

HEAVY = ("pulumi", "boto3", "botocore", "pydantic", "kubernetes")


def test_it_starts_without_pulumi_and_boto3() -> None:
    program = f"import sys, eks_access.cli; print([m for m in {HEAVY} if m in sys.modules])"

    assert _python("-c", program) == "[]\n"


def test_checking_needs_neither_of_them() -> None:
    program = (
        "import sys, eks_access.cli.judging, eks_access.cli.check_output; "
        "print([m for m in ('pulumi', 'boto3', 'botocore') if m in sys.modules])"
    )

    assert _python("-c", program) == "[]\n"


def test_a_question_from_a_dump_starts_without_pydantic(project: Project) -> None:
    """By itself: Typer has it read the words of a command line since 0.29."""
    project.write(
        "dump.json",
        '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "aws-auth", "namespace": "kube-system"}}',
    )
    program = (
        "import sys, eks_access.cli.answers_output, eks_access.cli.who_can_output; "
        "from eks_access.cli.asking import review_of; from eks_access.cli.sources import SourceOptions; "
        "from eks_access.review.asking import question; "
        "_, review = review_of(SourceOptions(filenames=['dump.json'])); "
        "assert review.who_can(question('list', 'pods', namespace='web').request).others; "
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )

    assert _python("-c", program) == "[]\n"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_starts_without_the_others(command: str) -> None:
    program = (
        f"import sys; sys.argv = ['eks-access', {command!r}, '--help']\n"
        "from eks_access.cli.app import COMMANDS, run\n"
        "try: run()\n"
        "except SystemExit: print('imported:', [m for m in COMMANDS.values() if f'eks_access.cli.{m}' in sys.modules])"
    )

    assert f"imported: {[COMMANDS[command]]}" in _python("-c", program)


def test_a_cluster_behind_a_kubeconfig_is_reached_without_boto3() -> None:
    program = (
        "import sys, eks_access.live.cluster, eks_access.live.kubeconfig; "
        "print([m for m in ('boto3', 'botocore') if m in sys.modules])"
    )

    assert _python("-c", program) == "[]\n"


def test_it_runs_as_a_module() -> None:
    assert _python("-m", "eks_access.cli", "schema") == schema_text()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_shows_an_example(command: str) -> None:
    shown = " ".join(run(command, "--help").output.split())

    assert f"eks-access {command}" in shown.partition("Example")[2]
    assert command in run("--help").output


def test_help_is_printed_from_a_file_that_says_what_the_commands_say() -> None:
    """`make help-text` writes it anew."""
    told = _python("-c", "import sys; sys.argv = ['eks-access', '--help']; from eks_access.cli.app import run; run()")

    assert _python("-m", "eks_access.cli", "--help") == told


def test_help_needs_none_of_the_libraries() -> None:
    program = (
        "import sys; sys.argv = ['eks-access', '--help']; from eks_access.cli import main; main(); "
        "sys.exit([m for m in ('typer', 'rich', 'yaml') if m in sys.modules] or 0)"
    )

    assert "Usage: eks-access" in _python("-c", program)


def test_the_schema_is_the_one_that_is_committed_for_editors() -> None:
    assert run("schema").output == schema_text()


def test_a_terminal_gets_colours_and_whole_lines(project: Project) -> None:
    """What is piped gets neither; the other tests read that."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "eks_access.cli", "check", "dev"]
    finished = subprocess.run(command, env=_environment(TERM="xterm-256color"), stdout=theirs, check=False)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)

    assert finished.returncode == 0
    assert "\x1b[32mdev (stacks/access/dev.yaml): clean" in shown
    assert "note: EKS makes arn:aws:iam::111122223333:role/ci/deployer (creator) a cluster admin by itself;" in shown


def test_letters_that_the_output_does_not_know_do_no_harm(project: Project) -> None:
    project.write("stacks/access/dev.yaml", "people: {花子: {}}\n")
    command = [sys.executable, "-m", "eks_access.cli", "check", "dev"]
    environment = _environment(PYTHONIOENCODING="latin-1")
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (finished.returncode, finished.stderr) == (2, "")
    assert "\\u82b1\\u5b50" in finished.stdout


def test_without_boto3_the_commands_that_ask_aws_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "eks_access.live.aws", raising=False)
    monkeypatch.delitem(sys.modules, "eks_access.live.sso", raising=False)

    result = run("sso")

    assert result.exit_code == 2
    assert "pip install 'eks-access[live]'" in result.output


def _environment(**values: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "80", **values}


def _python(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments], env=_environment(), capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "words", ["--help", *(f"matrix --stack dev --format {each}" for each in ("text", "md", "json", "html"))]
)
def test_an_output_that_takes_nothing_is_told_without_a_traceback(words: str) -> None:
    command = f"{sys.executable} -m eks_access.cli {words}"
    full = subprocess.run(f"{command} > /dev/full", shell=True, capture_output=True, text=True)
    closed = subprocess.run(f"{command} >&-", shell=True, capture_output=True, text=True)

    assert (full.returncode, full.stderr) == (2, "error: the output can't be written: No space left on device\n")
    assert (closed.returncode, closed.stderr) == (0, "")


def test_it_tells_its_version() -> None:
    assert run("--version").stdout == f"eks-access {version('eks-access')}\n"
