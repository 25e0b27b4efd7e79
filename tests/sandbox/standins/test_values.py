"""What the engine sends comes back as it was: unknowns, secrets and outputs included."""

from __future__ import annotations

import copy
import pickle
from typing import Any

from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from sandbox.standins.resource import UNKNOWN, Secret
from sandbox.standins.values import (
    SIGNATURE,
    UNKNOWN_TEXT,
    changed_keys,
    conceal,
    decode,
    encode,
    is_known,
    parsed,
    reveal,
)

KEYS = st.text(max_size=8).filter(lambda key: key != SIGNATURE)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**50), 2**50),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.just(UNKNOWN),
)
PLAIN = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
MARKED = st.recursive(
    LEAVES | PLAIN.map(Secret),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def struct(value: dict[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    json_format.ParseDict(value, message)
    return message


@given(st.dictionaries(KEYS, MARKED, max_size=4))
def test_what_is_encoded_decodes_to_the_same(value: dict[str, Any]) -> None:
    assert decode(encode(value)) == value


@given(st.dictionaries(KEYS, MARKED, max_size=4))
def test_what_is_revealed_can_be_concealed_again(value: dict[str, Any]) -> None:
    plain, paths = reveal(value)
    assert "Secret(" not in repr(plain)
    assert conceal(plain, paths) == value


def test_an_output_value_is_flattened_to_what_it_holds() -> None:
    output = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "dependencies": ["urn:x"]}
    message = struct(
        {"known": output | {"value": "v"}, "secret": output | {"value": "s", "secret": True}, "not": output}
    )
    assert decode(message) == {"known": "v", "secret": Secret("s"), "not": UNKNOWN}


def test_a_resource_reference_is_its_id() -> None:
    reference = {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x"}
    message = struct({"made": reference | {"id": "i-1"}, "later": reference | {"id": ""}, "component": reference})
    assert decode(message) == {"made": "i-1", "later": UNKNOWN, "component": "urn:x"}


def test_the_engines_marks_for_unknowns_of_every_type_are_understood() -> None:
    assert decode(struct({"a": UNKNOWN_TEXT, "b": ["3eeb2bf0-c639-47a8-9e75-3b44932eb421"]})) == {
        "a": UNKNOWN,
        "b": [UNKNOWN],
    }


def test_assets_pass_through() -> None:
    asset = {"asset": {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}}
    assert json_format.MessageToDict(encode(decode(struct(asset)))) == asset


def test_unknown_stays_itself_through_copies() -> None:
    assert copy.deepcopy({"a": [UNKNOWN]})["a"][0] is UNKNOWN
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN


def test_a_secret_does_not_print_its_value() -> None:
    assert "hunter2" not in repr({"password": Secret("hunter2")})


def test_an_unknown_anywhere_makes_a_property_changed() -> None:
    assert is_known({"a": [1, Secret(2)]})
    assert not is_known({"a": [Secret({"b": UNKNOWN})]})
    old = {"same": 1, "gone": 1, "__internal": 1}
    assert changed_keys(old, {"same": 1, "later": [UNKNOWN], "__internal": 2}) == ("gone", "later")


def test_settings_that_are_json_text_are_read() -> None:
    assert [parsed(text) for text in ("true", "[1]", "plain", None)] == [True, [1], "plain", None]
