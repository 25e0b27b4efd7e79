"""What IAM and EKS know of the principals that a cluster maps: roles and users with their paths, node groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from ..errors import NoAnswerError
from ..migration.surroundings import Surroundings, read_surroundings
from ..review.documents import Document
from .aws import CONFIG, answers


def ask_surroundings(session: Any, cluster: str) -> tuple[Surroundings, tuple[str, ...]]:
    """Ask EKS for node groups and Fargate profiles, and IAM for all roles and users of the account.

    What IAM doesn't answer to this caller is told as a notice: the paths of roles can be named by hand.

    Raises:
        NoAnswerError: EKS could not be asked, or refused.
    """
    documents = list(_eks(session, cluster))
    notices = []
    for kind, calls in (("roles", "list_roles"), ("users", "list_users")):
        try:
            documents.append({kind.capitalize(): list(_iam(session, calls, kind.capitalize()))})
        except NoAnswerError as error:
            notices.append(f"IAM's {kind} are not known: {error}; name the principals that are asked for with --role")
    known, _ = read_surroundings(Document(content=each) for each in documents)
    known.asked_eks = True
    return known, tuple(notices)


def _eks(session: Any, cluster: str) -> Iterator[dict[str, Any]]:
    with closing(session.client("eks", config=CONFIG)) as eks:
        with answers(f"eks:ListNodegroups {cluster}"):
            names = _pages(eks, "list_nodegroups", "nodegroups", clusterName=cluster)
        for name in names:
            with answers(f"eks:DescribeNodegroup {name}"):
                yield {"nodegroup": eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]}
        with answers(f"eks:ListFargateProfiles {cluster}"):
            names = _pages(eks, "list_fargate_profiles", "fargateProfileNames", clusterName=cluster)
        for name in names:
            with answers(f"eks:DescribeFargateProfile {name}"):
                found = eks.describe_fargate_profile(clusterName=cluster, fargateProfileName=name)
                yield {"fargateProfile": found["fargateProfile"]}


def _iam(session: Any, operation: str, key: str) -> Iterator[dict[str, Any]]:
    with closing(session.client("iam", config=CONFIG)) as iam, answers(f"iam:List{key}"):
        yield from _pages(iam, operation, key)


def _pages(client: Any, operation: str, key: str, **asked: str) -> list[Any]:
    return [each for page in client.get_paginator(operation).paginate(**asked) for each in page[key]]
