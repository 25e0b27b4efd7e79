"""EC2: the rules of security groups, in the older form (many sources) and the newer one (a rule, an id)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from sandbox.standins.aws.ec2 import ec2_tags
from sandbox.standins.aws.spec import Call, Props, Reading, Source, Spec, Update, pick
from sandbox.standins.resource import UNKNOWN, Failure


def _permission(props: Props) -> list[dict[str, Any]]:
    """Return a `SecurityGroupRule` as one IpPermission; its description goes on every source."""
    about = {"Description": props["description"]} if props.get("description") else {}
    own = [props["securityGroupId"]] if props.get("self") else []
    groups = [*own, *filter(None, [props.get("sourceSecurityGroupId")])]
    ports = {} if str(props["protocol"]) == "-1" else {"FromPort": props["fromPort"], "ToPort": props["toPort"]}
    sources = {
        "IpRanges": [{"CidrIp": cidr, **about} for cidr in props.get("cidrBlocks") or []],
        "Ipv6Ranges": [{"CidrIpv6": cidr, **about} for cidr in props.get("ipv6CidrBlocks") or []],
        "PrefixListIds": [{"PrefixListId": item, **about} for item in props.get("prefixListIds") or []],
        "UserIdGroupPairs": [{"GroupId": group, **about} for group in groups],
    }
    given = {name: value for name, value in sources.items() if value}
    return [{"IpProtocol": str(props["protocol"]), **ports, **given}]


def _rule_key(_answer: Any, props: Props) -> str:
    """Make the id from a hash of the rule, as the real provider does: EC2 had no rule ids when it was written."""
    plain = {**props, "description": None}  # the description can change, the id can't
    text = json.dumps([props["securityGroupId"], props["type"], _permission(plain)], sort_keys=True)
    return str(int(hashlib.sha256(text.encode()).hexdigest()[:8], 16))


def _named_by_import(_client: Any, id: str) -> Props:
    """Take apart `GROUP_TYPE_PROTOCOL_FROM_TO_SOURCE[_SOURCE…]`, the id by which such a rule is imported."""
    group, kind, protocol, start, end, *sources = id.split("_") if id.count("_") >= 5 else [""] * 5
    problem = (
        (None if sources else "too few parts")
        or (None if group.startswith("sg-") else "invalid Security Group ID")
        or (None if kind in ("ingress", "egress") else "expecting 'ingress' or 'egress'")
        or (None if re.fullmatch(r"-?\d+", start) else "invalid from_port")
        or (None if re.fullmatch(r"-?\d+", end) else "invalid to_port")
    )
    if problem:
        form = "SECURITYGROUPID_TYPE_PROTOCOL_FROMPORT_TOPORT_SOURCE[_SOURCE]*"
        raise Failure(f'unexpected format for ID ("{id}"), expected {form}: {problem}')
    groups = [source for source in sources if source.startswith("sg-")]
    lists = {
        "ipv6CidrBlocks": [source for source in sources if ":" in source],
        "prefixListIds": [source for source in sources if source.startswith("pl-")],
        "cidrBlocks": [source for source in sources if "." in source and ":" not in source],
    }
    props: Props = {
        "securityGroupId": group,
        "type": kind,
        "protocol": "-1" if protocol == "all" else protocol,
        "fromPort": int(start),
        "toPort": int(end),
        "self": "self" in sources,
        **{name: found for name, found in lists.items() if found},
        **({"sourceSecurityGroupId": groups[0]} if groups else {}),
    }
    return {**props, "id": f"sgrule-{_rule_key(None, props)}"}


def _first_match(answer: Any, props: Props) -> Any:
    """Return one EC2 rule behind a `SecurityGroupRule`, which is one for each source."""
    return next(iter(_matches(answer, props)), None)


def _matches(answer: Any, props: Props) -> list[Any]:
    """Return the EC2 rules whose direction, protocol, ports and source agree."""
    found = []
    for rule in answer["SecurityGroupRules"]:
        source = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId")
        source = source or pick("ReferencedGroupInfo.GroupId", rule)
        wanted = [
            *(props.get("cidrBlocks") or []),
            *(props.get("ipv6CidrBlocks") or []),
            props.get("sourceSecurityGroupId"),
        ]
        wanted += [*(props.get("prefixListIds") or []), props["securityGroupId"] if props.get("self") else None]
        everything = str(props["protocol"]) == "-1"
        ports = everything or (rule.get("FromPort"), rule.get("ToPort")) == (props["fromPort"], props["toPort"])
        right = rule["IsEgress"] == (props["type"] == "egress") and rule["IpProtocol"] == str(props["protocol"])
        if right and ports and source in wanted:
            found.append(rule)
    return found


def _describe_anew(client: Any, _old: Props, new: Props) -> None:
    """Change the description on every source's rule, one by one: the emulator lacks the call that takes them all."""
    answer = client.describe_security_group_rules(Filters=_of_group(new))
    for rule in _matches(answer, new):
        names = ("IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6", "PrefixListId")
        same = {name: rule[name] for name in names if rule.get(name) is not None}
        group = pick("ReferencedGroupInfo.GroupId", rule)
        request = {
            **same,
            **({"ReferencedGroupId": group} if group else {}),
            "Description": new.get("description") or "",
        }
        change = [{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": request}]
        client.modify_security_group_rules(GroupId=new["securityGroupId"], SecurityGroupRules=change)


def _of_group(props: Props) -> list[dict[str, Any]]:
    return [{"Name": "group-id", "Values": [props["securityGroupId"]]}]


def _direction(verb: str) -> Any:
    return lambda props: f"{verb}{props['type']}"


_OF_GROUP: dict[str, Source] = {"Filters": _of_group}
_RULE_PARAMS: dict[str, Source] = {"GroupId": "securityGroupId", "IpPermissions": _permission}

SECURITY_GROUP_RULE = Spec(
    type="aws:ec2/securityGroupRule:SecurityGroupRule",
    service="ec2",
    title="Security Group Rule",
    id="sgrule-{key}",
    create=Call(_direction("authorize_security_group_"), _RULE_PARAMS),
    created={"key": _rule_key},
    read=Call("describe_security_group_rules", _OF_GROUP),
    exists=_first_match,
    outputs={
        "description": lambda answer, props: _first_match(answer, props).get("Description"),
        "securityGroupRuleId": lambda answer, props: _first_match(answer, props)["SecurityGroupRuleId"],
    },
    adopt=_named_by_import,
    updates=(Update(("description",), _describe_anew),),
    delete=Call(_direction("revoke_security_group_"), _RULE_PARAMS),
    replaces=(
        *("cidrBlocks", "fromPort", "ipv6CidrBlocks", "prefixListIds", "protocol"),
        *("securityGroupId", "self", "sourceSecurityGroupId", "toPort", "type"),
    ),
    unordered=("cidrBlocks", "ipv6CidrBlocks", "prefixListIds"),
    defaults={"self": False},
)


def _port(path: str) -> Reading:
    """Return a port; -1 is how EC2 says that there is none."""
    return lambda answer, _props: None if pick(path, answer) == -1 else pick(path, answer)


def _vpc_rule(direction: str) -> Spec:
    """Return the newer form: one source, one rule, one id."""
    title = direction.capitalize()

    def permission(props: Props) -> list[dict[str, Any]]:
        old_form = {
            "protocol": props["ipProtocol"],
            "description": props.get("description"),
            "fromPort": props.get("fromPort"),
            "toPort": props.get("toPort"),
            "securityGroupId": props["securityGroupId"],
            "cidrBlocks": [props["cidrIpv4"]] if props.get("cidrIpv4") else [],
            "ipv6CidrBlocks": [props["cidrIpv6"]] if props.get("cidrIpv6") else [],
            "prefixListIds": [props["prefixListId"]] if props.get("prefixListId") else [],
            "sourceSecurityGroupId": props.get("referencedSecurityGroupId"),
        }
        return _permission(old_form)

    def rule(props: Props) -> list[dict[str, Any]]:
        names = {"IpProtocol": "ipProtocol", "FromPort": "fromPort", "ToPort": "toPort", "CidrIpv4": "cidrIpv4"}
        names |= {"CidrIpv6": "cidrIpv6", "PrefixListId": "prefixListId", "Description": "description"}
        names |= {"ReferencedGroupId": "referencedSecurityGroupId"}
        given = {name: props[source] for name, source in names.items() if props.get(source) is not None}
        return [{"SecurityGroupRuleId": props["id"], "SecurityGroupRule": given}]

    group = "SecurityGroupRules.0"
    inputs = ("cidrIpv4", "cidrIpv6", "description", "fromPort", "ipProtocol", "prefixListId", "toPort")
    return Spec(
        type=f"aws:vpc/securityGroup{title}Rule:SecurityGroup{title}Rule",
        service="ec2",
        title=f"VPC Security Group {title} Rule",
        id="{securityGroupRuleId}",
        create=Call(
            f"authorize_security_group_{direction}", {"GroupId": "securityGroupId", "IpPermissions": permission}
        ),
        created={"securityGroupRuleId": f"{group}.SecurityGroupRuleId"},
        read=Call("describe_security_group_rules", {"SecurityGroupRuleIds": lambda props: [props["id"]]}),
        exists=group,
        outputs={
            "arn": f"{group}.SecurityGroupRuleArn",
            "cidrIpv4": f"{group}.CidrIpv4",
            "cidrIpv6": f"{group}.CidrIpv6",
            "description": f"{group}.Description",
            "ipProtocol": f"{group}.IpProtocol",
            "fromPort": _port(f"{group}.FromPort"),
            "prefixListId": f"{group}.PrefixListId",
            "referencedSecurityGroupId": f"{group}.ReferencedGroupInfo.GroupId",
            "securityGroupId": f"{group}.GroupId",
            "securityGroupRuleId": f"{group}.SecurityGroupRuleId",
            "tagsAll": f"{group}.Tags",
            "toPort": _port(f"{group}.ToPort"),
        },
        updates=(
            Update(
                (*inputs, "referencedSecurityGroupId"),
                Call("modify_security_group_rules", {"GroupId": "securityGroupId", "SecurityGroupRules": rule}),
            ),
        ),
        delete=Call(
            f"revoke_security_group_{direction}",
            {"GroupId": "securityGroupId", "SecurityGroupRuleIds": lambda props: [props["id"]]},
        ),
        replaces=("securityGroupId",),
        tags=ec2_tags("security-group-rule"),
        foresee=lambda inputs: {} if inputs.get("description") else {"description": None, "arn": UNKNOWN},
    )


SPECS = (SECURITY_GROUP_RULE, _vpc_rule("ingress"), _vpc_rule("egress"))
