"""What others install: built as `make wheel` builds it, and used in an environment that has nothing else of ours."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from ..plans import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGE = ROOT / "components" / "eks_access"
DATA = {
    "py.typed",
    "authz/data/access-policies.yaml",
    "authz/data/api-resources.json",
    *(f"authz/data/bootstrap-1.{minor}.json" for minor in range(29, 38)),
    "cli/help.txt",
    "cli/matrix_page.html",
}
"""Files that aren't Python and without which something doesn't work."""
EVERY_COMPONENT = "TeamRbac, MetricsAccess, ClusterAccess, NodeRole, Developers, EksCluster, Platform"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with sdist and wheel; the wheel comes from the sdist, as for those who install that."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and our dependencies; no network, since those come from the tests' environment."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    (own,) = folder.glob("lib/python*/site-packages")
    # A path in a .pth file brings packages, but not the .pth files beside them: so not our editable installation.
    (own / "dependencies.pth").write_text(f"{_dependencies()}\n")
    return folder


def _dependencies() -> Path:
    import pulumi

    return Path(pulumi.__file__).parents[1]


def run(installed: Path, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    around = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    program = [str(installed / "bin" / command[0]), *command[1:]]
    return subprocess.run(program, env=around, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}

    source = {str(path.relative_to(PACKAGE.parent)) for path in PACKAGE.rglob("*.py")}
    assert names == source | {f"eks_access/{name}" for name in DATA}


def test_every_file_beside_the_code_is_listed_here() -> None:
    files = {p for p in PACKAGE.rglob("*") if p.is_file() and p.suffix not in {".py", ".pyc"}}

    assert {str(path.relative_to(PACKAGE)) for path in files} == DATA


def test_the_sdist_is_enough_to_build_the_wheel_and_leaves_the_rest_at_home(built: Path, wheel: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    with zipfile.ZipFile(wheel) as archive:
        package = {f"components/{name}" for name in archive.namelist() if name.startswith("eks_access/")}
    assert package <= names
    assert {name.partition("/")[0] for name in names if name} == {
        "LICENSE", "PKG-INFO", "README.md", "components", "pyproject.toml", "setup.cfg",
    }  # fmt: skip


def test_the_metadata_says_what_pip_and_people_ask(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("eks-access", PROJECT["version"])
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert {"live", "sandbox", "dev"} <= set(metadata.get_all("Provides-Extra") or [])
    needed = [line for line in metadata.get_all("Requires-Dist") or [] if "extra ==" not in line]
    assert sorted(line.split(">")[0].split("<")[0] for line in needed) == [
        "pulumi", "pulumi-aws", "pulumi-eks", "pulumi-kubernetes", "pydantic", "pyyaml", "rich", "typer",
    ]  # fmt: skip


def test_the_components_are_imported_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    program = (
        f"from eks_access import {EVERY_COMPONENT}\n"
        "import eks_access, pathlib\n"
        "print(eks_access.__version__, pathlib.Path(eks_access.__file__).parent)"
    )

    done = run(installed, "python", "-W", "error::ImportWarning", "-c", program, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    version, place = done.stdout.split()
    assert version == PROJECT["version"]
    assert Path(place).is_relative_to(installed)


def test_every_module_is_importable_without_what_lies_around_the_package(installed: Path, tmp_path: Path) -> None:
    """No module of the wheel needs sandbox/, stacks/ or tests/."""
    program = (
        "import importlib, pkgutil, sys, eks_access\n"
        "names = [m.name for m in pkgutil.walk_packages(eks_access.__path__, 'eks_access.')]\n"
        "[importlib.import_module(name) for name in names if not name.endswith('.__main__')]\n"
        "print(len(names), sorted({'sandbox', 'stacks', 'tests', 'bench'} & set(sys.modules)))"
    )

    done = run(installed, "python", "-c", program, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    count, _, ours = done.stdout.strip().partition(" ")
    assert int(count) > 100
    assert ours == "[]"


def test_the_command_line_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    declaration = tmp_path / "access.yaml"
    sound = (ROOT / "examples" / "walls" / "with_eks_access" / "access.yaml").read_text()
    declaration.write_text(sound)

    clean = run(installed, "eks-access", "check", "access.yaml", cwd=tmp_path)
    declaration.write_text(sound.replace("  people: [mika]\n", ""))
    locked_out = run(installed, "eks-access", "check", "access.yaml", cwd=tmp_path)
    asked = run(installed, "eks-access", "can", "naoki", "list", "pods", "-n", "payments", "--stack",
                "access.yaml", cwd=tmp_path)  # fmt: skip

    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert locked_out.returncode == 1, locked_out.stdout + locked_out.stderr
    assert "EA101" in locked_out.stdout
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_the_plugin_for_other_languages_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "pulumi-resource-eks-access", "--schema", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "components" / "schema.json").read_text()
