"""By which session a user name or a group with templates becomes a text."""

from __future__ import annotations

import pytest
from eks_access.authn.principals import principal_of_arn
from eks_access.authn.templates import render, session_of
from hypothesis import given
from hypothesis import strategies as st

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ops"
TEMPLATES = st.lists(
    st.sampled_from(
        ["{{SessionName}}", "{{SessionNameRaw}}", "{{AccountID}}", "a", "a-", ":", ".*", "{{Session}}", "@"]
    ),
    max_size=5,
).map("".join)
SESSIONS = st.text(st.sampled_from("a1-@.=+,_"), min_size=2, max_size=6)


def rendered(template: str, session: str) -> str:
    return render(template, principal_of_arn(ROLE, session=session))


@given(TEMPLATES, SESSIONS)
def test_whatever_a_session_is_called_its_name_is_found_again(template: str, session: str) -> None:
    text = rendered(template, session)
    found = session_of(template, text, ACCOUNT)

    assert (found is None) == ("{{SessionName" not in template)
    assert found is None or rendered(template, found) == text


@given(TEMPLATES, st.text(st.sampled_from("a-:@.*1"), max_size=8))
def test_a_text_that_no_session_makes_has_none(template: str, text: str) -> None:
    found = session_of(template, text, ACCOUNT)

    assert found is None or rendered(template, found) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("sso:{{SessionName}}", "sso:a"),
        ("sso:{{SessionName}}", "sso:a b"),
        ("sso:{{SessionName}}", "sso:hanako@example.com"),
        ("sso:{{SessionName}}", "other:hanako"),
        ("sso:{{SessionName}}", "sso:" + "a" * 65),
        ("{{SessionName}}/{{SessionName}}", "hanako/taro"),
        ("sso:hanako", "sso:hanako"),
        ("{{EC2PrivateDNSName}}:{{SessionName}}", "ip-10-0-0-1:hanako"),
    ],
)
def test_no_session_is_called_so(template: str, text: str) -> None:
    assert session_of(template, text, ACCOUNT) is None
