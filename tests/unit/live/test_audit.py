"""What an audit reads of a cluster and of IAM, and what it says where it can't."""

from __future__ import annotations

import pytest
from eks_access.errors import NoAnswerError
from eks_access.iam.arns import identity
from eks_access.live.audit import NoClusterError, entry_times, read_cluster, read_iam
from eks_access.live.cluster import Reach

from ..cli.conftest import Account, account
from .conftest import Cluster

__all__ = ["account"]

ROLE = "arn:aws:iam::111122223333:role/ci/pulumi"


def test_a_cluster_that_is_not_there_is_told_from_one_that_may_not_be_seen(cluster: Cluster) -> None:
    cluster.wrong["/clusters/demo"] = 404, {"message": "No cluster found for name: demo."}
    with pytest.raises(NoClusterError):
        read_cluster(Reach(cluster="demo", region="eu-west-1"))
    cluster.wrong["/clusters/demo"] = 403, {"message": "no"}
    with pytest.raises(NoAnswerError, match="eks:DescribeCluster"):
        read_cluster(Reach(cluster="demo", region="eu-west-1"))


def test_when_entries_were_made_is_read_whatever_form_the_answer_has() -> None:
    answers = [
        {"accessEntry": {"principalArn": "a", "createdAt": "2026-01-01T00:00:00+00:00"}},
        {"accessEntry": {"principalArn": "b", "createdAt": 1767225600}},
        {"accessEntry": {"principalArn": "c", "createdAt": "yesterday"}},
        {"accessEntry": {"principalArn": "d"}},
        {"accessEntry": "e"},
        None,
    ]
    times = dict(entry_times(answers))
    assert set(times) == {"a", "b"}
    assert times["a"] == times["b"]


def test_what_iam_refuses_is_named(account: Account) -> None:
    account.error = "AccessDenied"
    with pytest.raises(NoAnswerError, match="iam:ListRoles is not allowed"):
        read_iam(None, "eu-west-1", account.id)


def test_credentials_of_another_account_are_refused_before_everybody_seems_to_be_gone(account: Account) -> None:
    account.arns = [ROLE]
    with pytest.raises(NoAnswerError, match="name a --profile of that account"):
        read_iam(None, "eu-west-1", "444455556666")
    assert identity(ROLE) in read_iam(None, "eu-west-1", "111122223333").principals
