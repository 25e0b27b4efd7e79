"""Declared permission sets against an account: what was rotated, and putting it right in the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..declaration import Declaration, load
from ..declaration.placing import with_places
from ..errors import Problem, Refused
from ..iam.sso import DeclaredSet, declared_sets, rotated
from ..live.sso import SsoAccount, read_sso_account
from .targets import Target, target_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One declaration beside its account."""

    name: str
    file: str
    account: SsoAccount
    declared: tuple[DeclaredSet, ...]
    problems: tuple[Problem, ...]

    def holds(self, declared: DeclaredSet) -> bool:
        """Whether a permission set is as it is declared."""
        return not rotated([declared], self.account.roles)


def compare(arguments: Sequence[str], open_session: Callable[[str | None, str | None], Any]) -> list[Comparison]:
    """Compare each named declaration with the account of the caller.

    Args:
        arguments: stacks and files.
        open_session: takes the profile and the region that a stack is deployed with.

    Raises:
        Refused: a declaration can't be loaded, or is about another account.
        NoAnswerError: AWS could not be asked.
    """
    loaded = [(target, load(target.file)) for target in map(target_of, arguments)]
    read = cache(lambda profile, region: read_sso_account(open_session(profile, region)))
    return [
        _compare(target, declaration, read(_profile(target), _region(declaration))) for target, declaration in loaded
    ]


def rewrite(comparisons: Iterable[Comparison]) -> list[str]:
    """Put the suffixes that are there in place of rotated ones, each on its own line; return the files written."""
    written: dict[str, None] = {}
    for comparison in comparisons:
        for declared in comparison.declared:
            roles = comparison.account.roles.get(declared.name, ())
            if len(roles) != 1 or roles[0].suffix == declared.suffix:
                continue
            for problem in comparison.problems:
                if problem.path == f"{declared.path}.suffix" and problem.file and problem.line:
                    _replace(Path(problem.file), problem.line, declared.suffix, roles[0].suffix)
                    written[problem.file] = None
    return list(written)


def _replace(path: Path, line: int, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text = lines[line - 1]
    if new in text and old not in text:
        return  # two stacks include one file
    if text.count(old) != 1:
        rule = "the suffix can't be replaced: it is not written once on its line"
        raise Refused([Problem(file=str(path), line=line, value=old, rule=rule, fix=f'write "{new}" there yourself')])
    quoted = any(f"{quote}{old}{quote}" in text for quote in "\"'")
    lines[line - 1] = text.replace(old, new if quoted else f'"{new}"')
    path.write_text("".join(lines), encoding="utf-8")


def _compare(target: Target, declaration: Declaration, account: SsoAccount) -> Comparison:
    declared = declared_sets(declaration.people)
    expected = _account(declaration)
    if expected and expected != account.id:
        rule = f"the declaration is about account {expected}, and these credentials are of {account.id}"
        fix = f"name a --profile of account {expected}"
        raise Refused([Problem(file=str(target.file), value=account.id, rule=rule, fix=fix)])
    return Comparison(
        name=target.name,
        file=str(target.file),
        account=account,
        declared=declared,
        problems=tuple(with_places(rotated(declared, account.roles), target.file)),
    )


def _profile(target: Target) -> str | None:
    return target.stack.settings.profile if target.stack else None


def _account(declaration: Declaration) -> str | None:
    if declaration.cluster:
        return declaration.cluster.account
    return declaration.account.id if declaration.account else None


def _region(declaration: Declaration) -> str | None:
    if declaration.cluster:
        return declaration.cluster.region
    return declaration.account.region if declaration.account else None
