"""EKS: who gets in, access entries and access policies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.standins.aws.readings import moment
from sandbox.standins.aws.spec import ARN_TAGS, Call, Props, Source, Spec, Update

_ENTRY = {"clusterName": "clusterName", "principalArn": "principalArn"}
_IDENTITY: dict[str, Source] = {"kubernetesGroups": "kubernetesGroups", "username": "userName"}

ACCESS_ENTRY = Spec(
    type="aws:eks/accessEntry:AccessEntry",
    service="eks",
    title="EKS Access Entry",
    id="{clusterName}:{principalArn}",
    create=Call("create_access_entry", {**_ENTRY, **_IDENTITY, "type": "type"}),
    read=Call("describe_access_entry", {**_ENTRY}),
    exists="accessEntry",
    outputs={
        "accessEntryArn": "accessEntry.accessEntryArn",
        "clusterName": "accessEntry.clusterName",
        "createdAt": moment("accessEntry.createdAt"),
        "kubernetesGroups": "accessEntry.kubernetesGroups",
        "modifiedAt": moment("accessEntry.modifiedAt"),
        "principalArn": "accessEntry.principalArn",
        "type": "accessEntry.type",
        "userName": "accessEntry.username",
        "tagsAll": "accessEntry.tags",
    },
    updates=(
        Update(
            ("kubernetesGroups", "userName"),
            Call(
                "update_access_entry",
                {**_ENTRY, **_IDENTITY, "kubernetesGroups": lambda props: props.get("kubernetesGroups") or []},
            ),
        ),
    ),
    delete=Call("delete_access_entry", {**_ENTRY}),
    replaces=("clusterName", "principalArn", "type"),
    unordered=("kubernetesGroups",),
    adopts=("kubernetesGroups", "userName"),
    defaults={"type": "STANDARD"},
    tags=replace(ARN_TAGS, target={"resourceArn": "accessEntryArn"}),
    retry=("invalid principal",),
)

_ASSOCIATION = {**_ENTRY, "policyArn": "policyArn"}


def _association(answer: Any, props: Props) -> Any:
    policies = answer["associatedAccessPolicies"]
    return next((policy for policy in policies if policy["policyArn"] == props["policyArn"]), None)


def _scope(answer: Any, props: Props) -> Any:
    """Leave out the empty list of namespaces that a cluster-wide scope has, as the real provider does."""
    scope = dict(_association(answer, props)["accessScope"])
    return {key: value for key, value in scope.items() if value}


POLICY_ASSOCIATION = Spec(
    type="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    service="eks",
    title="EKS Access Policy Association",
    id="{clusterName}#{principalArn}#{policyArn}",
    create=Call("associate_access_policy", {**_ASSOCIATION, "accessScope": "accessScope"}),
    read=Call("list_associated_access_policies", {**_ENTRY}),
    exists=_association,
    outputs={
        "accessScope": _scope,
        "associatedAt": lambda answer, props: moment_of(_association(answer, props), "associatedAt"),
        "clusterName": "clusterName",
        "modifiedAt": lambda answer, props: moment_of(_association(answer, props), "modifiedAt"),
        "policyArn": lambda _answer, props: props["policyArn"],
        "principalArn": "principalArn",
    },
    delete=Call("disassociate_access_policy", {**_ASSOCIATION}),
    replaces=("accessScope", "clusterName", "policyArn", "principalArn"),
    unordered=("accessScope.namespaces",),
    retry=("The specified principalArn could not be found", "invalid principal"),
)


def moment_of(association: Any, name: str) -> Any:
    """Return a time of an association."""
    how = moment(name)
    return how(association, {}) if callable(how) else None


SPECS = (ACCESS_ENTRY, POLICY_ASSOCIATION)
