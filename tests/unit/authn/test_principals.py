"""Who may knock, as people type it, and the names that templates make of them."""

from __future__ import annotations

import pytest
from eks_access.authn.model import PrincipalKind
from eks_access.authn.principals import principal_of_arn
from eks_access.authn.templates import TemplateError, render
from eks_access.errors import Refused

ACCOUNT = "111122223333"


@pytest.mark.parametrize(
    ("typed", "sts", "canonical"),
    [
        ("iam::{}:user/dev/hanako", "iam::{}:user/dev/hanako", "iam::{}:user/dev/hanako"),
        ("iam::{}:role/team/ops", "sts::{}:assumed-role/ops/me", "iam::{}:role/ops"),
        ("sts::{}:assumed-role/ops/you", "sts::{}:assumed-role/ops/you", "iam::{}:role/ops"),
        ("sts::{}:assumed-role/team/ops/you", "sts::{}:assumed-role/team/ops/you", "iam::{}:role/team/ops"),
        ("iam::{}:root", "iam::{}:root", "iam::{}:root"),
        ("sts::{}:federated-user/bob", "sts::{}:federated-user/bob", "sts::{}:federated-user/bob"),
    ],
)
def test_sts_never_shows_a_role_s_path_and_always_a_user_s(typed: str, sts: str, canonical: str) -> None:
    principal = principal_of_arn(f"arn:aws:{typed.format(ACCOUNT)}", session="me")

    assert principal.arn == f"arn:aws:{sts.format(ACCOUNT)}"
    assert principal.canonical_arn == f"arn:aws:{canonical.format(ACCOUNT)}"
    assert principal.account == ACCOUNT


def test_a_session_keeps_the_name_that_its_arn_has() -> None:
    principal = principal_of_arn(f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/ops/i-0123456789abcdef0")

    assert (principal.kind, principal.session) == (PrincipalKind.ROLE_SESSION, "i-0123456789abcdef0")


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        ("hanako", "this is no ARN"),
        (f"arn:amazon:iam::{ACCOUNT}:user/x", "no partition is called 'amazon'"),
        (f"arn:aws:iam::{ACCOUNT}:group/devs", "IAM groups can't enter a cluster"),
        (f"arn:aws:iam::{ACCOUNT}:instance-profile/x", "an instance profile is no principal"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/ops", "not the ARN of a principal"),
        (f"arn:aws:iam::{ACCOUNT}:user/", "not the ARN of a principal"),
        (f"arn:aws:iam::{ACCOUNT}:role/", "not the ARN of a principal"),
        ("arn:aws:s3:::bucket", "not the ARN of a principal"),
    ],
)
def test_what_is_no_principal_is_refused_with_what_to_name_instead(arn: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        principal_of_arn(arn)


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("ops:{{SessionName}}", "ops:me-example.com"),
        ("ops:{{SessionNameRaw}}", "ops:me@example.com"),
        ("{{AccountID}}/{{AccessKeyID}}", f"{ACCOUNT}/AKIDEXAMPLE"),
        ("{{Session}} {{ SessionName }}", "{{Session}} {{ SessionName }}"),
    ],
)
def test_templates_are_replaced_as_plain_text(template: str, rendered: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/ops"

    assert render(template, principal_of_arn(arn, session="me@example.com", access_key_id="AKIDEXAMPLE")) == rendered


def test_a_user_has_no_session_name() -> None:
    assert render("x:{{SessionName}}", principal_of_arn(f"arn:aws:iam::{ACCOUNT}:user/x")) == "x:"


@pytest.mark.parametrize("session", ["i-0123456789abcdef0", "i-01234567", "i-ABCDEFGH"])
def test_an_instance_s_name_is_ec2_s_and_shown_as_unknown_where_nobody_says_it(session: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/nodes"
    known = principal_of_arn(arn, session=session, private_dns_name="ip-10-0-0-1.ec2.internal")

    assert render("system:node:{{EC2PrivateDNSName}}", known) == "system:node:ip-10-0-0-1.ec2.internal"
    assert f"private DNS name of {session}" in render("{{EC2PrivateDNSName}}", principal_of_arn(arn, session=session))


@pytest.mark.parametrize("session", ["", "hanako", "i-0123", "i-0123456789abcdef01", "mi-0123456789abcdef0"])
def test_who_is_no_instance_can_t_be_called_by_an_instance_s_name(session: str) -> None:
    with pytest.raises(TemplateError, match="instance id"):
        render("{{EC2PrivateDNSName}}", principal_of_arn(f"arn:aws:iam::{ACCOUNT}:role/nodes", session=session))
