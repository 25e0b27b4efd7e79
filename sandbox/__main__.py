"""``python -m sandbox up|status|deploy|desk|node|env|record|compare|down``: an AWS account with EKS on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sandbox.compare import compare as compare_recordings
from sandbox.compare import load as load_recording
from sandbox.compare import show as show_differences
from sandbox.compare import telling as telling_differences
from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
from sandbox.nodes import KINDS, Nodes
from sandbox.people import desk as set_up_desk
from sandbox.people import source_line
from sandbox.plugins import FORMS
from sandbox.progress import Reporter
from sandbox.recording import record as record_run
from sandbox.recording import write as write_recording
from sandbox.shell import exports
from sandbox.stacks import deploy as deploy_stacks
from sandbox.state import DEFAULT_HOME
from sandbox.summary import summarise
from sandbox.toolchain import Toolchain

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Home = Annotated[Path, typer.Option("--home", help="Folder of the sandbox; each has its own account.")]
Plugins = Annotated[
    str | None,
    typer.Option(
        help=f"Provider plugins: {FORMS}. auto takes real ones where they are installed; a running sandbox "
        "keeps what it has unless told."
    ),
]


@app.command()
def tools() -> None:
    """Build the tools that are neither on PATH nor in the cache, and say where each one is."""
    for name, path in Toolchain(Reporter()).ensure_all().items():
        typer.echo(f"{name}\t{path}")


@app.command()
def up(home: Home = DEFAULT_HOME, plugins: Plugins = None) -> None:
    """Start the sandbox; builds the tools when they aren't there yet. Running it again changes only the plugins."""
    state = Sandbox(home).up(plugins=plugins)
    console = Console()
    console.print(f"Account {state.account} is up at {state.aws_endpoint}, region {state.region}.", highlight=False)
    option = "" if home == DEFAULT_HOME else f" --home {home}"
    console.print(f'Use it in a shell:  eval "$(python -m sandbox env{option})"', markup=False, highlight=False)


@app.command()
def status(home: Home = DEFAULT_HOME) -> None:
    """Show every part: whether it runs, where it listens, its process id and log. Exit code 1 when one is stopped.

    Below, what serves each provider: a real plugin or a stand-in, with its version.
    """
    sandbox = Sandbox(home)
    parts = sandbox.parts()
    if not parts:
        raise SandboxError(f"No sandbox in {home}.\n    → python -m sandbox up")
    table = Table("part", "state", "address", "pid", box=None)
    table.add_column("log", overflow="fold")
    for part in parts:
        table.add_row(part.name, part.state, part.address, str(part.pid), part.log)
    console = Console()
    Console(width=console.width if console.is_terminal else 200).print(table)
    console.print("\n" + "\n".join(f" {c.name}: {c}" for c in sandbox.providers()), highlight=False, soft_wrap=True)
    if any(part.state != "running" for part in parts):
        raise typer.Exit(1)


@app.command()
def deploy(
    stacks: Annotated[list[str], typer.Argument(help="Stacks of this project, in order, e.g. people dev.")],
    drop: Annotated[
        list[str] | None, typer.Option(help="What others wrote into the cluster and the update may take away.")
    ] = None,
    home: Home = DEFAULT_HOME,
) -> None:
    """Preview and deploy stacks of this project through the real engine, then say what came of it."""
    sandbox = Sandbox(home)
    deploy_stacks(sandbox, stacks, drop or [])
    summarise(sandbox, stacks[-1], Console())


@app.command()
def desk(stack: str, person: str, home: Home = DEFAULT_HOME) -> None:
    """Set up credentials, AWS profiles and kubeconfig of a person, and print the line that puts them into a shell."""
    typer.echo(source_line(set_up_desk(Sandbox(home), stack, person)))


@app.command()
def node(
    cluster: str,
    role: Annotated[str, typer.Argument(help="ARN of the node role, path and all.")],
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(KINDS)}.")] = "managed",
    home: Home = DEFAULT_HOME,
) -> None:
    """Start a machine of a node role: a real kubelet, which joins the cluster if the role is mapped."""
    started = Nodes(Sandbox(home)).start(cluster, role, kind)
    typer.echo(f"{started.name}\t{started.session_arn}\t{started.process.log}")


@app.command()
def env(home: Home = DEFAULT_HOME) -> None:
    """Print the exports with which the engine, aws and kubectl work in this sandbox."""
    typer.echo(exports(Sandbox(home).variables()))


@app.command()
def record(
    stack: str,
    file: Annotated[Path, typer.Argument(help="Where the recording goes, as JSON.")],
    operation: Annotated[str, typer.Option(help="up, or preview to change nothing.")] = "up",
    home: Home = DEFAULT_HOME,
) -> None:
    """Run a stack of this project and write down, normalised, what it made and asked: for `compare`."""
    if not file.parent.is_dir():
        raise SandboxError(f"{file.parent} is no folder, so {file.name} could not be written there after the run.")
    write_recording(record_run(Sandbox(home), stack, operation), file)


@app.command()
def compare(
    a: Path,
    b: Path,
    strict: Annotated[bool, typer.Option("--strict", help="Count differences of dependencies as well.")] = False,
) -> None:
    """Show where two recordings differ. Exit code 0 when they are equal, 1 when not, 2 when one can't be read.

    Dependencies are told apart and count only with --strict: each SDK works them out in its own way.
    """
    try:
        differences = compare_recordings(load_recording(a), load_recording(b))
    except SandboxError as error:
        _complain(error)
        raise typer.Exit(2) from None
    show_differences(differences, Console(), strict=strict)
    raise typer.Exit(1 if telling_differences(differences, strict=strict) else 0)


@app.command()
def tour() -> None:
    """Play the walls of a new developer's first day, one by one, in a sandbox of their own."""
    from sandbox.tour import play

    play()


@app.command()
def down(home: Home = DEFAULT_HOME) -> None:
    """Stop everything and remove the sandbox's folder."""
    Sandbox(home).down()


def main() -> None:
    """Run the command line; what goes wrong is told without a traceback."""
    try:
        app()
    except SandboxError as error:
        _complain(error)
        raise SystemExit(1) from None


def _complain(error: SandboxError) -> None:
    Console(stderr=True, highlight=False).print(f"error: {error}", markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
