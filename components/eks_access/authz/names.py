"""Names as Kubernetes takes them (k8s.io/apimachinery pkg/util/validation, k8s.io/apiserver serviceaccount/util.go)."""

from __future__ import annotations

import re

from .model import SERVICE_ACCOUNT_PREFIX

SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_SUBDOMAIN = re.compile(SUBDOMAIN)
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LONGEST_SUBDOMAIN = 253


def is_subdomain(name: str) -> bool:
    """Tell whether a name is one of a ServiceAccount or a Node."""
    return len(name) <= _LONGEST_SUBDOMAIN and _SUBDOMAIN.fullmatch(name) is not None


def is_path_segment(name: str) -> bool:
    """Tell whether a name is one of a role or a binding, for which almost anything will do."""
    return name not in ("", ".", "..") and "/" not in name and "%" not in name


def service_account_of(username: str) -> tuple[str, str] | None:
    """Return namespace and name of the ServiceAccount that a user name stands for; None where it stands for none."""
    if not username.startswith(SERVICE_ACCOUNT_PREFIX):
        return None
    namespace, _, name = username.removeprefix(SERVICE_ACCOUNT_PREFIX).partition(":")
    return (namespace, name) if _LABEL.fullmatch(namespace) and is_subdomain(name) else None
