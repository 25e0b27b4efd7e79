"""Two lists whose order means nothing are the same, however they were written."""

from __future__ import annotations

import itertools

from sandbox.standins.aws.compare import same
from sandbox.standins.aws.tables import TABLE

TAGS = [
    {"key": "a", "value": "1", "propagateAtLaunch": True},
    {"key": "b", "value": "0", "propagateAtLaunch": True},
    {"key": "c", "value": "2", "propagateAtLaunch": False},
]


def test_neither_the_order_of_items_nor_that_of_their_keys_is_a_change() -> None:
    spec = TABLE["aws:autoscaling/group:Group"]
    turned = [dict(reversed(tag.items())) for tag in TAGS]

    for items in itertools.permutations(zip(TAGS, turned, strict=True)):
        for written in itertools.product(*items):
            assert same(spec, "tags", TAGS, list(written))
    assert not same(spec, "tags", TAGS, TAGS[:2])
