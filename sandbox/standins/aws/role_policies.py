"""The policies that a role holds inline in its own declaration; then the role owns all that it has of that kind."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

from sandbox.standins.aws.compare import as_document, meaning
from sandbox.standins.aws.spec import Props, Update


def _set_managed(client: Any, old: Props, new: Props) -> None:
    before, after = set(old.get("managedPolicyArns") or []), set(new.get("managedPolicyArns") or [])
    for arn in sorted(before - after):
        client.detach_role_policy(RoleName=new["name"], PolicyArn=arn)
    for arn in sorted(after - before):
        client.attach_role_policy(RoleName=new["name"], PolicyArn=arn)


def _set_inline(client: Any, old: Props, new: Props) -> None:
    before, after = ({item["name"]: item for item in props.get("inlinePolicies") or []} for props in (old, new))
    for name in sorted(set(before) - set(after)):
        client.delete_role_policy(RoleName=new["name"], PolicyName=name)
    for name, item in after.items():
        client.put_role_policy(RoleName=new["name"], PolicyName=name, PolicyDocument=as_document(item["policy"]))


def read(client: Any, answer: Any, props: Props) -> Props:
    """Return what the role has of each kind that its declaration owns; of the others, nothing."""
    name = answer["Role"]["RoleName"]
    found: Props = {"managedPolicyArns": [], "inlinePolicies": []}
    if "managedPolicyArns" in props:
        attached = client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        found["managedPolicyArns"] = sorted(policy["PolicyArn"] for policy in attached)
    if "inlinePolicies" in props:
        written = {item["name"]: item["policy"] for item in props["inlinePolicies"] or []}
        names = client.list_role_policies(RoleName=name)["PolicyNames"]
        found["inlinePolicies"] = [_policy(client, name, policy, written.get(policy)) for policy in sorted(names)]
    return found


def _policy(client: Any, role: str, name: str, written: Any) -> Props:
    """Return one policy, with the program's own text where both mean the same."""
    live = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    text = urllib.parse.unquote(live) if isinstance(live, str) else json.dumps(live)
    return {"name": name, "policy": written if written and meaning(written) == meaning(text) else text}


UPDATES = (Update(("managedPolicyArns",), _set_managed), Update(("inlinePolicies",), _set_inline))
