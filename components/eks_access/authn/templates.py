"""User names and groups with templates in them, rendered as aws-iam-authenticator does.

Source: aws-iam-authenticator pkg/server/server.go (renderTemplate): plain replacement in a fixed order; what is no
template of its own stays as it is.
"""

from __future__ import annotations

import re

from .model import PRIVATE_DNS_NAME, Principal

TEMPLATES = ("EC2PrivateDNSName", "AccountID", "SessionName", "SessionNameRaw", "AccessKeyID")
"""What may stand between ``{{`` and ``}}``."""
SESSION_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")
"""RoleSessionName (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html)."""
_BY_SESSION = re.compile(r"\{\{(SessionName|SessionNameRaw)\}\}")
_INSTANCE_ID = re.compile(r"i-([0-9A-Za-z_]{8}|[0-9A-Za-z_]{17})")


class TemplateError(ValueError):
    """A template can't be filled in, so the login is refused although the principal is mapped."""


def is_instance_id(session: str) -> bool:
    """Whether a session is named as EC2 names the sessions of its instances."""
    return _INSTANCE_ID.fullmatch(session) is not None


def render(template: str, principal: Principal) -> str:
    """Fill in one user name or group.

    Where EC2's answer for an instance isn't known, the name is shown as ``[private DNS name of i-…]``.

    Raises:
        TemplateError: it asks for the instance's name, and the session isn't an instance's, or EC2 knows no such one.
    """
    if PRIVATE_DNS_NAME in template:
        if not is_instance_id(principal.session):
            raise TemplateError("SessionName did not contain an instance id")
        name = principal.private_dns_name
        if name == "":  # ec2provider.go: as if EC2 had no such instance
            raise TemplateError(f"failed to find node {principal.session}")
        template = template.replace(
            PRIVATE_DNS_NAME, f"[private DNS name of {principal.session}]" if name is None else name
        )
    template = _by_session(template.replace("{{AccountID}}", principal.account), principal.session)
    return template.replace("{{AccessKeyID}}", principal.access_key_id)


def session_of(template: str, text: str, account: str) -> str | None:
    """Name a session of a role with which a template becomes a text; None where nobody can choose one.

    Of sessions that differ in ``@`` and ``-`` only, which may become the same, it is the one without ``@``.
    """
    template = template.replace("{{AccountID}}", account)
    parts = _BY_SESSION.split(template)
    literals, names = parts[::2], parts[1::2]
    if not names:
        return None
    # each stands for as many letters, so where the first one is, or the first that keeps all letters, is known
    length = (len(text) - sum(map(len, literals))) // len(names)
    which = names.index("SessionNameRaw") if "SessionNameRaw" in names else 0
    start = sum(map(len, literals[: which + 1])) + which * length
    session = text[start : start + length]
    return session if SESSION_NAME.fullmatch(session) and _by_session(template, session) == text else None


def _by_session(template: str, session: str) -> str:
    template = template.replace("{{SessionName}}", session.replace("@", "-"))
    return template.replace("{{SessionNameRaw}}", session)
