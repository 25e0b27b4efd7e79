"""EC2: the rules that a security group holds inline in its own declaration."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.spec import IMPORTING, Props, Reading, Update


def _permissions(rules: list[Props] | None, group: str) -> list[dict[str, Any]]:
    """Return inline rules as EC2 takes them; a description goes on every source of its rule."""
    found = []
    for rule in rules or []:
        about = {"Description": rule["description"]} if rule.get("description") else {}
        own = [group] if rule.get("self") else []
        sources = {
            "IpRanges": [{"CidrIp": cidr, **about} for cidr in rule.get("cidrBlocks") or []],
            "Ipv6Ranges": [{"CidrIpv6": cidr, **about} for cidr in rule.get("ipv6CidrBlocks") or []],
            "PrefixListIds": [{"PrefixListId": item, **about} for item in rule.get("prefixListIds") or []],
            "UserIdGroupPairs": [{"GroupId": item, **about} for item in [*own, *(rule.get("securityGroups") or [])]],
        }
        everything = str(rule["protocol"]) in ("-1", "all")
        ports = {} if everything else {"FromPort": rule["fromPort"], "ToPort": rule["toPort"]}
        protocol = "-1" if everything else str(rule["protocol"])
        found.append({"IpProtocol": protocol, **ports, **{name: items for name, items in sources.items() if items}})
    return found


def inline(direction: str, key: str) -> Reading:
    """Read a direction's rules, where the program keeps them inline; other programs keep them as resources."""

    def read(answer: Any, props: Props) -> Any:
        group = answer["SecurityGroups"][0]
        if direction not in props and IMPORTING not in props:
            return []
        rules = [_rule(item, group["GroupId"]) for item in group.get(key) or []]
        return _asinline(props.get(direction), rules, group["GroupId"])

    return read


def _rule(permission: Props, group: str) -> Props:
    groups = [pair["GroupId"] for pair in permission.get("UserIdGroupPairs") or []]
    lists = {
        "cidrBlocks": [item["CidrIp"] for item in permission.get("IpRanges") or []],
        "ipv6CidrBlocks": [item["CidrIpv6"] for item in permission.get("Ipv6Ranges") or []],
        "prefixListIds": [item["PrefixListId"] for item in permission.get("PrefixListIds") or []],
        "securityGroups": [item for item in groups if item != group],
    }
    sources = [*(permission.get("IpRanges") or []), *(permission.get("UserIdGroupPairs") or [])]
    about = next((source["Description"] for source in sources if source.get("Description")), "")
    return {
        "protocol": permission["IpProtocol"],
        "fromPort": permission.get("FromPort", 0),
        "toPort": permission.get("ToPort", 0),
        "self": group in groups,
        "description": about,
        **{name: items for name, items in lists.items() if items},
    }


def _asinline(written: list[Props] | None, live: list[Props], group: str) -> list[Props]:
    """Keep the program's own grouping of rules when both come to the same: EC2 merges rules with the same ports."""
    same = _atoms(_permissions(written, group)) == _atoms(_permissions(live, group))
    return written if written is not None and same else live


def _atoms(permissions: list[dict[str, Any]]) -> set[str]:
    """One text for each source of each rule."""
    return {
        repr((item["IpProtocol"], item.get("FromPort"), item.get("ToPort"), sorted(source.items())))
        for item in permissions
        for name in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
        for source in item.get(name) or []
    }


def _set_rules(direction: str) -> Any:
    """Bring the inline rules of one direction in line: revoke what isn't wanted any more, then authorize the rest."""

    def run(client: Any, old: Props, new: Props) -> None:
        before, after = (_permissions(props.get(direction), new["id"]) for props in (old, new))
        gone, more = (
            [item for item in ours if item not in others] for ours, others in ((before, after), (after, before))
        )
        if gone:
            getattr(client, f"revoke_security_group_{direction}")(GroupId=new["id"], IpPermissions=gone)
        if more:
            getattr(client, f"authorize_security_group_{direction}")(GroupId=new["id"], IpPermissions=more)

    return run


UPDATES = (Update(("ingress",), _set_rules("ingress")), Update(("egress",), _set_rules("egress")))
