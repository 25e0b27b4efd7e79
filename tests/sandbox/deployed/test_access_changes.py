"""The program says who gains and loses what, in preview and in up, and decides nothing by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..engine import Changes, Environment

pytestmark = pytest.mark.sandbox
DECLARED = "{team: payments, role: view, namespaces: [payments]}"
EDITED = "{team: payments, role: edit, namespaces: [payments]}"


@pytest.fixture
def edited(environment: Environment, deployed: Changes) -> Iterator[None]:
    """`payments` gets `edit`, and nothing of it is deployed."""
    environment.edit("access/dev.yaml", DECLARED, EDITED)
    yield
    environment.edit("access/dev.yaml", EDITED, DECLARED)


def said(environment: Environment, *command: str) -> list[str]:
    """What the program says of access, line by line."""
    printed = environment.stack("dev").run(*command, "--stack", "dev", "--non-interactive").stdout
    assert "access: " in printed, printed
    return printed.rpartition("access: ")[2].splitlines()


def test_a_preview_says_who_gains_what_and_marks_it(environment: Environment, edited: None) -> None:
    head, *lines = said(environment, "preview")

    assert "rights of" in head
    taro = next(line for line in lines if line.strip().startswith("taro"))  # hanako is an admin, who gains nothing
    assert "secrets" in taro
    assert "through team payments, role edit" in taro
    assert any("nobody loses cluster admin" in line for line in lines)


def test_what_is_said_decides_nothing(environment: Environment, edited: None) -> None:
    assert {name.partition(" ")[0] for name in environment.preview("dev")} == {"RoleBinding"}


def test_an_update_without_a_change_says_so(environment: Environment, deployed: Changes) -> None:
    (head, *_) = said(environment, "up", "--yes", "--skip-preview")

    assert head.strip() == "no effective change"
