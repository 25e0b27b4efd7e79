"""What people call verbs, and what is said of it."""

from __future__ import annotations

import pytest
from eks_access.authz.lookup import find_resource
from eks_access.authz.resources import VERBS
from eks_access.authz.verbs import verb_notices


@pytest.mark.parametrize(
    ("verb", "meant"),
    [
        ("GET", "get"),
        ("exec", "create pods/exec"),
        ("logs", "get pods/log"),
        ("View", "get or list"),
        ("describe", "get"),
        ("evict", "create pods/eviction"),
        ("PUT", "update"),
        ("post", "create"),
        ("scale", "patch deployments/scale"),
        ("read", "get or list"),
        ("lsit", "list"),
    ],
)
def test_a_verb_that_no_request_has_is_told_with_what_is_asked_instead(verb: str, meant: str) -> None:
    assert verb_notices(verb, find_resource("pods")) == (f"no request has the verb {verb}; did you mean {meant}?",)


@pytest.mark.parametrize(
    ("verb", "resource", "meant"),
    [
        ("impresonate", "users", "impersonate"),
        ("impresonate", "groups", "impersonate"),
        ("impresonate", "uids", "impersonate"),
        ("impresonate", "userextras", "impersonate"),
        ("aprove", "signers", "approve"),
        ("sing", "signers", "sign"),
        ("atest", "signers", "attest"),
    ],
)
def test_a_verb_that_only_authorization_knows_is_corrected_where_it_is_asked(
    verb: str, resource: str, meant: str
) -> None:
    assert verb_notices(verb, find_resource(resource)) == (f"no request has the verb {verb}; did you mean {meant}?",)


@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        *((verb, "pods") for verb in (*VERBS, "*")),
        *((verb, "signers") for verb in ("approve", "sign", "attest")),
        *((verb, "clusterroles") for verb in ("bind", "escalate")),
        *((verb, "users") for verb in ("impersonate", "impersonate:user-info", "impersonate-on:user-info:list")),
        ("use", "podsecuritypolicies"),
    ],
)
def test_a_verb_that_the_api_server_asks_for_is_taken_without_a_word(verb: str, resource: str) -> None:
    assert verb_notices(verb, find_resource(resource)) == ()
