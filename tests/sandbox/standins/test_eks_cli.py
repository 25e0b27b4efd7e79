"""The eks stand-in looks at the `aws` CLI once, and again when it is another one."""

from __future__ import annotations

import os
from pathlib import Path

import pulumi
import pytest

from sandbox.standins.eks.cli import assert_aws_cli


def install(folder: Path, version: str) -> None:
    """Put a CLI of this version there, which notes each start."""
    program = folder / "aws"
    program.unlink(missing_ok=True)
    program.write_text(f"#!/bin/sh\necho started >> {folder}/starts\necho aws-cli/{version} Python/3.11.7 Linux/6\n")
    program.chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_one_that_is_new_enough_is_asked_once(folder: Path) -> None:
    install(folder, "2.7.0")

    assert_aws_cli()
    assert_aws_cli()

    assert (folder / "starts").read_text().splitlines() == ["started"]


def test_one_that_is_replaced_by_one_too_old_is_refused(folder: Path) -> None:
    install(folder, "1.46.3")
    assert_aws_cli()
    install(folder, "1.23.9")

    with pytest.raises(pulumi.RunError, match=r"At least v1\.24\.0 of aws-cli is required"):
        assert_aws_cli()


def test_without_one_the_way_to_get_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(pulumi.RunError, match="Could not find aws CLI"):
        assert_aws_cli()
