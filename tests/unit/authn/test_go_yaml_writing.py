"""What is written as text is read as that text: by the authenticator, by the declaration's loader, by PyYAML."""

from __future__ import annotations

import pytest
import yaml
from eks_access.authn.aws_auth_reading import parse_aws_auth
from eks_access.authn.go_yaml_writing import dump_yaml
from eks_access.declaration.nodes import Leaf
from eks_access.declaration.yaml_reading import read as read_declaration

from ...conformance.generated_aws_auth import SCALARS

TEXTS = (*SCALARS, "038217523163", "012345678901", "44smkn", "it's", "no: yes", "# no", "a\nb")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_that_text(text: str) -> None:
    line = {"rolearn": "arn:aws:iam::111122223333:role/x", "username": text, "groups": [text]}

    written = dump_yaml([line])

    (read,) = parse_aws_auth({"mapRoles": written}).roles
    assert (read.username, read.groups) == (text, (text,))
    assert yaml.safe_load(written) == [line]
    tree, problems = read_declaration(dump_yaml({"name": text}), "x.yaml")
    assert problems == []
    assert tree is not None
    leaf = tree.entries["name"].node
    assert isinstance(leaf, Leaf)
    assert leaf.value == text


def test_what_nobody_takes_for_something_else_has_no_quotes() -> None:
    assert dump_yaml([{"username": "44smkn", "groups": ["devs"]}]) == "- username: 44smkn\n  groups:\n  - devs\n"
