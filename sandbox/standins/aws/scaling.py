"""Auto Scaling groups: what self-managed node groups are made of.

The emulator keeps a group and starts no machines. Its records lack some settings; those stay as the program wrote them.
"""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.shapes import Translation, written_over
from sandbox.standins.aws.spec import Autoname, Call, Props, Spec, Update

GROUP_TYPE = "aws:autoscaling/group:Group"
_SIZES = ("minSize", "maxSize", "desiredCapacity")
_SETTINGS = (
    *("availabilityZoneDistribution", "availabilityZones", "capacityRebalance", "capacityReservationSpecification"),
    *("context", "defaultCooldown", "defaultInstanceWarmup", "desiredCapacityType", "healthCheckGracePeriod"),
    *("healthCheckType", "instanceMaintenancePolicy", "launchConfiguration", "launchTemplate", "maxInstanceLifetime"),
    *("mixedInstancesPolicy", "placementGroup", "protectFromScaleIn", "serviceLinkedRoleArn", "terminationPolicies"),
)
_KEPT = ("defaultCooldown", "healthCheckGracePeriod", "healthCheckType", *_SIZES)
"""What the emulator takes over from an update; of the other settings it knows only how the group began."""
_AT_CREATION = ("loadBalancers", "targetGroupArns", "trafficSources")
"""In place they change through attach and detach calls, which the emulator lacks: here they replace the group."""
_RENAMES = {
    "launchConfiguration": "LaunchConfigurationName",
    "launchTemplate.id": "LaunchTemplateId",
    "launchTemplate.name": "LaunchTemplateName",
    "protectFromScaleIn": "NewInstancesProtectedFromScaleIn",
    "loadBalancers": "LoadBalancerNames",
    "mixedInstancesPolicy.instancesDistribution.spotMaxPrice": "SpotMaxPrice",
    "initialLifecycleHooks": "LifecycleHookSpecificationList",
    "initialLifecycleHooks.name": "LifecycleHookName",
}
_CREATE = Translation(
    GROUP_TYPE,
    "autoscaling",
    "CreateAutoScalingGroup",
    names=(*_SIZES, *_SETTINGS, *_AT_CREATION, "initialLifecycleHooks"),
    renames=_RENAMES,
)
_REFRESH = Translation(
    GROUP_TYPE, "autoscaling", "StartInstanceRefresh", names=("strategy", "preferences"), inside="instanceRefresh"
)
_LAUNCHED = ("launchConfiguration", "launchTemplate", "mixedInstancesPolicy")
_DEFAULTS = {
    "capacityRebalance": False,
    "defaultCooldown": 300,
    "forceDelete": False,
    "forceDeleteWarmPool": False,
    "healthCheckGracePeriod": 300,
    "healthCheckType": "EC2",
    "ignoreFailedScalingActivities": False,
    "metricsGranularity": "1Minute",
    "protectFromScaleIn": False,
    "waitForCapacityTimeout": "10m",
}


def _settings(props: Props) -> dict[str, Any]:
    """Return the parameters that creation and update share; a template is named by its id or its name, never both."""
    names = (*_SIZES, *_SETTINGS)
    sent = _CREATE.to_api({name: props.get(name) for name in names})
    template = sent.get("LaunchTemplate") or {}
    if template.get("LaunchTemplateId"):
        template.pop("LaunchTemplateName", None)
    subnets = props.get("vpcZoneIdentifiers")
    return {**sent, **({"VPCZoneIdentifier": ",".join(sorted(subnets))} if subnets else {})}


def _tags(props: Props) -> list[dict[str, Any]]:
    """Return the tags as Auto Scaling wants them, each with what it hangs on."""
    return [
        {
            "ResourceId": props["name"],
            "ResourceType": "auto-scaling-group",
            "Key": tag["key"],
            "Value": tag["value"],
            "PropagateAtLaunch": tag["propagateAtLaunch"],
        }
        for tag in props.get("tags") or []
    ]


def _creation(props: Props) -> dict[str, Any]:
    hooks = _CREATE.to_api({name: props.get(name) for name in (*_AT_CREATION, "initialLifecycleHooks")})
    tags = {"Tags": _tags(props)} if props.get("tags") else {}
    return {"AutoScalingGroupName": props["name"], **_settings(props), **hooks, **tags}


def _update(client: Any, old: Props, new: Props) -> None:
    """Change the settings, then replace the machines where the program asks for an instance refresh."""
    client.update_auto_scaling_group(AutoScalingGroupName=new["name"], **_settings(new))
    refresh = new.get("instanceRefresh")
    triggers = {*_LAUNCHED, *((refresh or {}).get("triggers") or [])}
    if refresh and any(_differ(old.get(name), new.get(name)) for name in triggers):
        client.start_instance_refresh(AutoScalingGroupName=new["name"], **_REFRESH.to_api(new))


def _differ(old: Any, new: Any) -> bool:
    """Whether what the program wrote isn't what was there; AWS fills in more than it was given."""
    if isinstance(old, dict) and isinstance(new, dict):
        return any(_differ(old.get(name), value) for name, value in new.items())
    return bool(old != new)


def _retag(client: Any, old: Props, new: Props) -> None:
    kept = {tag["key"] for tag in new.get("tags") or []}
    gone = [tag for tag in _tags({**old, "name": new["name"]}) if tag["Key"] not in kept]
    if gone:
        client.delete_tags(Tags=gone)
    if new.get("tags"):
        client.create_or_update_tags(Tags=_tags(new))


def _empty(client: Any, props: Props) -> None:
    """Let the machines go first, as the real provider does unless it is told to force."""
    if not props.get("forceDelete"):
        client.update_auto_scaling_group(AutoScalingGroupName=props["id"], MinSize=0, MaxSize=0, DesiredCapacity=0)


def _live(answer: Any, props: Props) -> Props:
    """Return the group as AWS has it."""
    group = answer["AutoScalingGroups"][0]
    live = _CREATE.from_api(group)
    if live.get("launchTemplate", {}).get("name") == live.get("launchTemplate", {}).get("id"):
        live.get("launchTemplate", {}).pop("id", None)  # the emulator repeats what it was given under both names
    subnets = [subnet for subnet in str(group.get("VPCZoneIdentifier") or "").split(",") if subnet]
    tags = [
        {"key": tag["Key"], "value": tag["Value"], "propagateAtLaunch": tag["PropagateAtLaunch"]}
        for tag in group.get("Tags") or []
    ]
    settings = {
        name: written_over(props.get(name), live.get(name)) if name in _KEPT or props.get(name) is None else props[name]
        for name in (*_SIZES, *_SETTINGS, *_AT_CREATION)
    }
    return {**settings, "vpcZoneIdentifiers": sorted(subnets), "tags": tags or None}


def _setting(name: str) -> Any:
    return lambda answer, props: _live(answer, props)[name] or None


GROUP = Spec(
    type=GROUP_TYPE,
    service="autoscaling",
    title="Auto Scaling Group",
    id="{name}",
    create=Call("create_auto_scaling_group", _creation),
    read=Call("describe_auto_scaling_groups", {"AutoScalingGroupNames": lambda props: [props["id"]]}),
    exists="AutoScalingGroups.0",
    outputs={
        "arn": "AutoScalingGroups.0.AutoScalingGroupARN",
        "name": "AutoScalingGroups.0.AutoScalingGroupName",
        "predictedCapacity": lambda answer, _props: answer["AutoScalingGroups"][0].get("PredictedCapacity", 0),
        "warmPoolSize": lambda answer, _props: answer["AutoScalingGroups"][0].get("WarmPoolSize", 0),
        **{name: f"AutoScalingGroups.0.{name[:1].upper()}{name[1:]}" for name in _SIZES},
        **{name: _setting(name) for name in (*_SETTINGS, *_AT_CREATION, "vpcZoneIdentifiers", "tags")},
    },
    updates=(
        Update((*_SIZES, *_SETTINGS, "vpcZoneIdentifiers"), _update),
        Update(("tags",), _retag),
    ),
    gone=("not found",),
    before_delete=_empty,
    delete=Call(
        "delete_auto_scaling_group",
        {"AutoScalingGroupName": "id", "ForceDelete": lambda props: bool(props.get("forceDelete"))},
    ),
    replaces=("name", *_AT_CREATION, "initialLifecycleHooks"),
    local=(
        *("forceDelete", "forceDeleteWarmPool", "ignoreFailedScalingActivities", "instanceRefresh"),
        *("minElbCapacity", "waitForCapacityTimeout", "waitForElbCapacity"),
    ),
    autoname=Autoname("name", by_prefix="namePrefix"),
    unordered=("vpcZoneIdentifiers", "availabilityZones", "tags", "loadBalancers", "targetGroupArns"),
    adopts=(
        *("availabilityZones", "defaultCooldown", "desiredCapacity", "healthCheckType", "launchTemplate.id"),
        *("launchTemplate.name", "loadBalancers", "targetGroupArns", "trafficSources", "vpcZoneIdentifiers"),
        *("serviceLinkedRoleArn", "capacityReservationSpecification", "availabilityZoneDistribution"),
        *("terminationPolicies",),
    ),
    defaults=_DEFAULTS,
    foresee=lambda inputs: {
        name: inputs.get(name) for name in (*_SETTINGS, "tags") if name not in ("availabilityZones", "healthCheckType")
    },
)

SPECS = (GROUP,)
