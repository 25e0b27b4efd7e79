"""EC2: the rules of security groups, in the older form (many sources) and the newer one (a rule, an id)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sandbox.standins.aws.ec2 import ec2_tags
from sandbox.standins.aws.spec import Call, Props, Reading, Source, Spec, Update, pick
from sandbox.standins.resource import UNKNOWN


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
    text = json.dumps([props["securityGroupId"], props["type"], _permission(props)], sort_keys=True)
    return str(int(hashlib.sha256(text.encode()).hexdigest()[:8], 16))


def _first_match(answer: Any, props: Props) -> Any:
    """Return the EC2 rule behind a `SecurityGroupRule`: direction, protocol, ports and one of its sources agree."""
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
            return rule
    return None


def _direction(verb: str) -> Any:
    return lambda props: f"{verb}{props['type']}"


_OF_GROUP: dict[str, Source] = {"Filters": lambda props: [{"Name": "group-id", "Values": [props["securityGroupId"]]}]}
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
    outputs={"securityGroupRuleId": lambda answer, props: _first_match(answer, props)["SecurityGroupRuleId"]},
    updates=(Update(("description",), Call(_direction("update_security_group_rule_descriptions_"), _RULE_PARAMS)),),
    delete=Call(_direction("revoke_security_group_"), _RULE_PARAMS),
    replaces=(
        *("cidrBlocks", "fromPort", "ipv6CidrBlocks", "prefixListIds", "protocol"),
        *("securityGroupId", "self", "sourceSecurityGroupId", "toPort", "type"),
    ),
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
