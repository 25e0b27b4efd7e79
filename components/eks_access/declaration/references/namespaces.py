"""What goes into the cluster beside grants: namespaces, metrics readers, foreign groups; and the tags of IAM users."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..models import Declaration
from ..nodes import Location
from .finding import EXISTING_NAMESPACES, Finding, duplicates

RESERVED, TAGS = "EA304", "EA706"
"""Ids of the checks that these rules are."""
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


def namespaces_findings(declaration: Declaration) -> Iterator[Finding]:
    """Check what the API server or IAM would refuse halfway through a deployment."""
    for name, namespace in declaration.namespaces.items():
        at: Location = ("namespaces", name)
        if name in EXISTING_NAMESPACES:
            rule = f"every cluster has the namespace {name}; it is not ours to create"
            yield Finding(at=at, value=name, rule=rule, fix="remove it here; grants may name it all the same")
        yield from _keys(namespace.labels, (*at, "labels"))
        yield from _keys(namespace.annotations, (*at, "annotations"))
        for key, value in namespace.labels.items():
            if value and not _NAME.fullmatch(value):
                rule = "a label's value is at most 63 letters, digits and -_. with a letter or digit at both ends"
                fix = "shorten or rename it, or make it an annotation"
                yield Finding(at=(*at, "labels", key), value=value, rule=rule, fix=fix)
    yield from duplicates([reader.service_account for reader in declaration.metrics_readers], ("metricsReaders",))
    yield from _groups(declaration)
    yield from _tags(declaration)


def _keys(labels: Mapping[str, str], at: Location) -> Iterator[Finding]:
    for key in labels:
        prefix, slash, name = key.rpartition("/")
        if not _NAME.fullmatch(name) or (slash and not _PREFIX.fullmatch(prefix)):
            rule = "a key of labels and annotations is a name, or a DNS name, '/' and a name, like example.com/team"
            yield Finding(at=(*at, key), value=key, rule=rule, fix="rename it")


def _groups(declaration: Declaration) -> Iterator[Finding]:
    yield from duplicates(declaration.external_groups, ("externalGroups",))
    for index, group in enumerate(declaration.external_groups):
        if not group or group.startswith("system:"):
            rule = "groups that start with system: are Kubernetes' own, and access entries refuse them"
            fix = "name the group that the other program binds; for cluster-admin use `admins:`"
            yield Finding(at=("externalGroups", index), value=group, rule=rule, fix=fix, check=RESERVED)


def _tags(declaration: Declaration) -> Iterator[Finding]:
    for name, person in declaration.people.items():
        for key, value in (person.iam_user.tags if person.iam_user else {}).items():
            if not key or len(key) > 128 or len(value) > 256 or key.lower().startswith("aws:"):
                rule = "a tag's key has 1 to 128 characters and doesn't start with aws:, its value at most 256"
                at: Location = ("people", name, "iamUser", "tags", key)
                yield Finding(at=at, value=value, rule=rule, fix="rename or shorten it", check=TAGS)
