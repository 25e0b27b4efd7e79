"""aws-auth: what is declared against what is there, line by line, as the authenticator reads both."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..authn.aws_auth_reading import AwsAuth, AwsAuthMapper, Loss, MappingLine, parse_aws_auth
from ..authn.salvage import Salvage, salvage
from ..authn.unmatched import why_nobody
from ..iam.arns import identity
from .model import AuditFinding, Deployed, Kind, Severity

SECTIONS = {"mapRoles": "rolearn", "mapUsers": "userarn"}
_REMOVE = 'kubectl -n kube-system patch configmap aws-auth --type json -p \'[{{"op":"remove","path":"/data/{}"}}]\''


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Both sides."""

    declared: Mapping[str, str]
    real: Mapping[str, str]
    deployed: Deployed | None = None
    out: Mapping[str, str] | None = None
    """Identity of a declared principal that nobody lets in any more → whom that keeps out."""

    bound: Container[str] = ()
    """Groups that the declaration binds or leaves to others."""
    partition: str = "aws"
    """The cluster's."""

    def findings(self) -> Iterator[AuditFinding]:
        """Compare them."""
        read, wanted = parse_aws_auth(self.real), parse_aws_auth(self.declared)
        lost = {loss.section: loss.said for loss in read.losses if loss.index is None and loss.section in SECTIONS}
        salvaged = {section: salvage(self.real.get(section, ""), section) for section in SECTIONS}
        for section, why in lost.items():
            yield self._broken(section, why, salvaged[section], wanted)
        for section, found in salvaged.items():
            yield from self._unreadable(section, found)
        yield from (_no_section(loss) for loss in read.faults if loss.index is None and loss.section not in SECTIONS)
        there = AwsAuth(
            roles=salvaged["mapRoles"].lines if "mapRoles" in lost else read.roles,
            users=salvaged["mapUsers"].lines if "mapUsers" in lost else read.users,
            accounts=read.accounts,
        )
        yield from self._foreign(there, wanted)
        yield from self._missing(there, wanted, lost)
        yield from self._accounts(read, wanted)

    def _foreign(self, there: AwsAuth, wanted: AwsAuth) -> Iterator[AuditFinding]:
        ours, theirs = AwsAuthMapper(wanted), AwsAuthMapper(there)
        for line in (*there.roles, *there.users):
            counting = theirs.find(line.arn)
            if not (declared := ours.find(line.arn)):
                why = why_nobody(line, self.partition)
                yield _dead(line, why) if why else self._undeclared(line)
            elif line not in counting:
                if not _same(line, counting[0]):
                    yield _shadowed(line, counting[0])
            elif not _same(line, declared[0]):
                yield self._changed(line, declared[0])

    def _undeclared(self, line: MappingLine) -> AuditFinding:
        admin = "system:masters" in line.groups
        return AuditFinding(
            kind=Kind.UNDECLARED_LINE,
            severity=Severity.CRITICAL if admin else Severity.HIGH,
            where=_place(line),
            name=line.arn,
            what=f"{line.arn} is let in as {_as(line)}, and nobody declared it",
            fix="keep it by these lines in the declaration, or remove it from aws-auth",
            lines=keep_lines([line], self.bound),
            overwritten=self._is_written(line.section) and not self._was_ours(line),
        )

    def _changed(self, line: MappingLine, declared: MappingLine) -> AuditFinding:
        said = []
        if line.username != declared.username:
            said.append(f"user name {_text(line.username)} instead of {_text(declared.username)}")
        if more := sorted({*line.groups} - {*declared.groups}):
            said.append(f"also in {', '.join(map(_text, more))}")
        if less := sorted({*declared.groups} - {*line.groups}):
            said.append(f"not in {', '.join(map(_text, less))}")
        critical = "system:masters" in more or line.username.startswith("system:node:") or _is_node(declared)
        return AuditFinding(
            kind=Kind.CHANGED_LINE,
            severity=Severity.CRITICAL if critical else Severity.HIGH,
            where=_place(line),
            name=line.arn,
            what=f"the line of {line.arn} was changed: {'; '.join(said)}",
            fix="declare it so, or let `pulumi up --refresh` write the declared line again",
            overwritten=not self._was_so(line),
        )

    def _missing(self, there: AwsAuth, wanted: AwsAuth, lost: Mapping[str, str]) -> Iterator[AuditFinding]:
        theirs = AwsAuthMapper(there)
        for line in (*wanted.roles, *wanted.users):
            if theirs.find(line.arn):
                continue
            out = (self.out or {}).get(identity(line.arn), "")
            broken = f"; {line.section} is broken, see there" if line.section in lost else ""
            yield AuditFinding(
                kind=Kind.MISSING_LINE,
                severity=Severity.CRITICAL if out else Severity.HIGH,
                where=f"aws-auth {line.section}",
                name=line.arn,
                what=f"the line of {line.arn} is missing" + (f": {out}" if out else "") + broken,
                fix="`pulumi up --refresh` writes it again",
            )

    def _accounts(self, read: AwsAuth, wanted: AwsAuth) -> Iterator[AuditFinding]:
        for account in sorted({*read.accounts} - {*wanted.accounts}):
            yield AuditFinding(
                kind=Kind.UNDECLARED_ACCOUNT,
                severity=Severity.HIGH,
                where="aws-auth mapAccounts",
                name=account,
                what=f"every user and role of account {_text(account)} is let in, without groups",
                fix="no declaration can say this and no update takes it away: name its principals under `people` or "
                "`keep`, and remove the section",
                lines=_REMOVE.format("mapAccounts"),
            )

    def _broken(self, section: str, why: str, found: Salvage, wanted: AwsAuth) -> AuditFinding:
        lines = wanted.roles if section == "mapRoles" else wanted.users
        out = [said for line in lines if (said := (self.out or {}).get(identity(line.arn)))]
        ours = AwsAuthMapper(wanted)
        out += [f"{line.arn} can't enter" for line in found.lines if not ours.find(line.arn)]
        who = "; ".join(dict.fromkeys(out)) or "access entries still let everybody in who is declared"
        readable = f"{len(found.lines)} of its lines can be read one by one, {len(found.unreadable)} parts can't"
        return AuditFinding(
            kind=Kind.BROKEN_AWS_AUTH,
            severity=Severity.CRITICAL,
            where=f"aws-auth {section}",
            name=section,
            what=f"{section} is no YAML that the authenticator reads ({why}): {who}. {readable}",
            fix="`pulumi up --refresh` writes a sound document; lines of others are told below, keep them first",
        )

    def _unreadable(self, section: str, found: Salvage) -> Iterator[AuditFinding]:
        for part in found.unreadable:
            yield AuditFinding(
                kind=Kind.UNREADABLE_LINE,
                severity=Severity.HIGH,
                where=f"aws-auth {section}, line {part.line}",
                name=f"{section}:{part.line}",
                what="this lets nobody in as it is written",
                fix="add what it was meant to say under `keep`, and take it out",
                lines=part.text,
                overwritten=self._is_written(section),
            )

    def _is_written(self, section: str) -> bool:
        """Whether the update writes this section, or wrote it before: it leaves fields alone that it never set."""
        if self.declared.get(section):
            return True
        if self.deployed is None:
            return False
        return any((":user/" in principal) is (section == "mapUsers") for principal in self.deployed.principals)

    def _was_ours(self, line: MappingLine) -> bool:
        return self.deployed is not None and self.deployed.has(identity(line.arn))

    def _was_so(self, line: MappingLine) -> bool:
        """Whether the last update wrote it as it is: then it is the declaration that has changed."""
        if self.deployed is None:
            return False
        was = self.deployed.principals.get(identity(line.arn))
        return was is not None and (was.username, was.groups) == (line.username, frozenset(line.groups))


def keep_lines(lines: Iterable[MappingLine], bound: Container[str] = ()) -> str:
    """Write lines as they are to be added to a declaration.

    Args:
        lines: which ones.
        bound: groups that the declaration binds, or leaves to others already; any other has to be left to others.
    """
    found: dict[str, list[str]] = {}
    unbound: set[str] = set()
    for line in lines:
        section = "mapRoles" if ":role/" in line.arn else "mapUsers" if ":user/" in line.arn else line.section
        unbound |= {each for each in line.groups if each not in bound and not each.startswith(("system:", "eks:"))}
        groups = ", ".join(map(_yaml, line.groups))
        item = f"{SECTIONS[section]}: {_yaml(line.arn)}, username: {_yaml(line.username)}, groups: [{groups}]"
        found.setdefault(section, []).append(f"    - {{{item}}}")
    written = ["keep:", *(f"  {section}:\n" + "\n".join(items) for section, items in found.items())]
    if unbound:
        written.append(f"externalGroups: [{', '.join(map(_yaml, sorted(unbound)))}]")
    return "\n".join(written)


def _yaml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else json.dumps(text)


def _no_section(loss: Loss) -> AuditFinding:
    """Tell of mapAccounts that can't be read, and of sections that are none, such as ``maproles``."""
    return AuditFinding(
        kind=Kind.UNREADABLE_LINE,
        severity=Severity.HIGH,
        where=f"aws-auth {loss.section}",
        name=loss.section,
        what=f"{loss.section} lets nobody in as it is written: {loss.said}",
        fix="declare whom it was meant to let in, and remove the section",
        lines=_REMOVE.format(loss.section),
    )


def _same(one: MappingLine, other: MappingLine) -> bool:
    return one.username == other.username and {*one.groups} == {*other.groups}


def _is_node(line: MappingLine) -> bool:
    return line.username.startswith("system:node:")


def _shadowed(line: MappingLine, counting: MappingLine) -> AuditFinding:
    return AuditFinding(
        kind=Kind.SHADOWED_LINE,
        severity=Severity.LOW,
        where=_place(line),
        name=line.arn,
        what=f"a second line of {line.arn}, as {_as(line)}, has no effect: {_place(counting)} counts",
        fix="remove it; `pulumi up --refresh` does",
    )


def _dead(line: MappingLine, why: str) -> AuditFinding:
    return AuditFinding(
        kind=Kind.DEAD_LINE,
        severity=Severity.LOW,
        where=_place(line),
        name=line.arn,
        what=f"nobody comes by the line of {line.arn}, as {_as(line)}: {why}",
        fix="remove it from aws-auth; whoever was meant wants to be declared",
    )


def _place(line: MappingLine) -> str:
    return f"aws-auth {line.section}[{line.index}]"


def _as(line: MappingLine) -> str:
    groups = ", ".join(map(_text, line.groups))
    return f"{_text(line.username)} in {groups}" if groups else f"{_text(line.username)} without groups"


def _text(text: str) -> str:
    return text or '""'
