"""What a declaration becomes, as files: the difference of these is what a reviewer of a change reads."""

from __future__ import annotations

import pytest
from eks_access import AccessPlan, compile_plan
from eks_access.declaration.cluster_models import AuthenticationMode
from syrupy.assertion import SnapshotAssertion

from ..plans import TODAY, dev, every_kind, prod, stack
from .views import VIEWS

# Files are named after what they show, not after the test; syrupy warns of that when it writes them.
pytestmark = pytest.mark.filterwarnings(r"ignore:\s*Can not relate snapshot name")

PLANS = {
    "dev": compile_plan(dev(), today=TODAY),
    "prod-both": compile_plan(prod(AuthenticationMode.API_AND_CONFIG_MAP), today=TODAY),
    "prod-config-map": compile_plan(prod(AuthenticationMode.CONFIG_MAP), today=TODAY),
    "prod-api": compile_plan(prod(AuthenticationMode.API), today=TODAY),
    "stack-staging": compile_plan(stack("staging"), today=TODAY),
    "stack-prod": compile_plan(stack("prod"), today=TODAY),
    "every-kind-of-node": compile_plan(every_kind(AuthenticationMode.API_AND_CONFIG_MAP), today=TODAY),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_a_view_is_the_one_that_was_reviewed(plan: AccessPlan, view: str, golden: SnapshotAssertion) -> None:
    assert VIEWS[view](plan) == golden
