"""Functions that look up IAM principals, and the one that writes policy documents."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.standins.aws.readings import mapping
from sandbox.standins.aws.session import Session
from sandbox.standins.resource import Failure

Args = dict[str, Any]


def _role(session: Session, args: Args) -> Args:
    role = session.client("iam").get_role(RoleName=args["name"])["Role"]
    policy = role["AssumeRolePolicyDocument"]
    return {
        "id": role["RoleName"],
        "arn": role["Arn"],
        "assumeRolePolicy": urllib.parse.unquote(policy) if isinstance(policy, str) else json.dumps(policy),
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "description": role.get("Description", ""),
        "maxSessionDuration": role.get("MaxSessionDuration", 3600),
        "name": role["RoleName"],
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "roleLastUseds": [],
        "tags": mapping(role.get("Tags")),
        "uniqueId": role["RoleId"],
    }


def _roles(session: Session, args: Args) -> Args:
    prefix = {"PathPrefix": args["pathPrefix"]} if args.get("pathPrefix") else {}
    pages = session.client("iam").get_paginator("list_roles").paginate(**prefix)
    roles = [role for page in pages for role in page["Roles"]]
    if args.get("nameRegex"):
        roles = [role for role in roles if re.search(args["nameRegex"], role["RoleName"])]
    arns, names = (sorted(str(role[key]) for role in roles) for key in ("Arn", "RoleName"))
    return {"id": session.region, "arns": arns, "names": names}


def _user(session: Session, args: Args) -> Args:
    user = session.client("iam").get_user(UserName=args["userName"])["User"]
    return {
        "id": user["UserId"],
        "arn": user["Arn"],
        "path": user["Path"],
        "permissionsBoundary": user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "tags": mapping(user.get("Tags")),
        "userId": user["UserId"],
        "userName": user["UserName"],
    }


def _policy_document(_session: Session, args: Args) -> Args:
    """One policy text out of statements, on top of source documents and below overriding ones."""
    own = [_statement(statement) for statement in args.get("statements") or []]
    sources = [*filter(None, [args.get("sourceJson")]), *(args.get("sourcePolicyDocuments") or [])]
    overrides = [*filter(None, [args.get("overrideJson")]), *(args.get("overridePolicyDocuments") or [])]
    statements = _unique([item for text in sources for item in _statements_of(text)], own)
    for text in overrides:
        statements = _overridden(statements, _statements_of(text))
    document: dict[str, Any] = {"Version": args.get("version") or "2012-10-17"}
    if args.get("policyId"):
        document["Id"] = args["policyId"]
    document["Statement"] = statements
    text = json.dumps(document, indent=2)
    short = json.dumps(document, separators=(",", ":"))
    number = int(hashlib.sha256(short.encode()).hexdigest()[:8], 16)
    return {"id": str(number), "json": text, "minifiedJson": short, "version": document["Version"]}


def _statements_of(text: str) -> list[Args]:
    found = json.loads(text).get("Statement", []) if text else []
    return [found] if isinstance(found, dict) else list(found)


def _unique(sources: list[Args], own: list[Args]) -> list[Args]:
    """Put the own statements behind the sources'; a statement id may occur once."""
    ids = [item["Sid"] for item in [*sources, *own] if item.get("Sid")]
    twice = next((sid for sid in ids if ids.count(sid) > 1), None)
    if twice is not None:
        raise Failure(f"duplicate Sid ({twice}): a statement id may occur only once in a policy document")
    return [*sources, *own]


def _overridden(statements: list[Args], over: list[Args]) -> list[Args]:
    """Let a statement take the place of the one with its id; others go to the end."""
    by_id = {item["Sid"]: item for item in over if item.get("Sid")}
    known = {item.get("Sid") for item in statements}
    replaced = [by_id.get(item.get("Sid", ""), item) for item in statements]
    return [*replaced, *(item for item in over if item.get("Sid") not in known or not item.get("Sid"))]


def _statement(given: Args) -> Args:
    statement: Args = {"Sid": given["sid"]} if given.get("sid") else {}
    statement["Effect"] = given.get("effect") or "Allow"
    lists = {"actions": "Action", "notActions": "NotAction", "resources": "Resource", "notResources": "NotResource"}
    for name, target in lists.items():
        if given.get(name):
            statement[target] = _short(given[name])
    for name, target in {"principals": "Principal", "notPrincipals": "NotPrincipal"}.items():
        if given.get(name):
            statement[target] = _principals(given[name])
    conditions: dict[str, dict[str, Any]] = {}
    for item in given.get("conditions") or []:
        conditions.setdefault(item["test"], {})[item["variable"]] = _short(item["values"])
    return {**statement, "Condition": conditions} if conditions else statement


def _principals(items: list[Args]) -> Any:
    if any(item["type"] == "*" for item in items):
        return "*"
    merged: dict[str, list[str]] = {}
    for item in items:
        merged.setdefault(item["type"], []).extend(item["identifiers"])
    return {kind: _short(names) for kind, names in merged.items()}


def _short(values: list[str]) -> Any:
    """IAM's short form: a list of one is written as the one; lists are in order."""
    return values[0] if len(values) == 1 else sorted(values)


LOOKUPS: Final[Mapping[str, Callable[[Session, Args], Args]]] = {
    "aws:iam/getRole:getRole": _role,
    "aws:iam/getRoles:getRoles": _roles,
    "aws:iam/getUser:getUser": _user,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
}
