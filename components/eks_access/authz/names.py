"""Names as Kubernetes takes them (k8s.io/apimachinery pkg/util/validation, k8s.io/apiserver serviceaccount/util.go)."""

from __future__ import annotations

import re
from functools import lru_cache

from .model import SERVICE_ACCOUNT_PREFIX

SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_SUBDOMAIN = re.compile(SUBDOMAIN)
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LONGEST_SUBDOMAIN = 253
_LABEL_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def is_subdomain(name: str) -> bool:
    """Tell whether a name is one of a ServiceAccount or a Node."""
    return len(name) <= _LONGEST_SUBDOMAIN and _SUBDOMAIN.fullmatch(name) is not None


@lru_cache(maxsize=4096)  # the same few on every object
def is_label(name: str) -> bool:
    """Tell whether a name is one of a namespace."""
    return _LABEL.fullmatch(name) is not None


def is_path_segment(name: str) -> bool:
    """Tell whether a name is one of a role or a binding, for which almost anything will do."""
    return name not in ("", ".", "..") and "/" not in name and "%" not in name


@lru_cache(maxsize=4096)  # the same few on every object of a chart
def is_label_key(key: str) -> bool:
    """Tell whether a label or an annotation can be called so (``IsQualifiedName``)."""
    domain, slash, name = key.rpartition("/")
    return _LABEL_NAME.fullmatch(name) is not None and (not slash or is_subdomain(domain))


@lru_cache(maxsize=4096)
def is_label_value(value: str) -> bool:
    """Tell whether a label can have a value (``IsValidLabelValue``)."""
    return not value or _LABEL_NAME.fullmatch(value) is not None


def service_account_of(username: str) -> tuple[str, str] | None:
    """Return namespace and name of the ServiceAccount that a user name stands for; None where it stands for none."""
    if not username.startswith(SERVICE_ACCOUNT_PREFIX):
        return None
    namespace, _, name = username.removeprefix(SERVICE_ACCOUNT_PREFIX).partition(":")
    return (namespace, name) if is_label(namespace) and is_subdomain(name) else None


def groups_of_service_account(namespace: str) -> tuple[str, str]:
    """List the groups that every ServiceAccount of a namespace is in (k8s.io/apiserver serviceaccount/util.go)."""
    return "system:serviceaccounts", f"system:serviceaccounts:{namespace}"
