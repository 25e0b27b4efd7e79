"""CloudFormation stacks, in which the older `NodeGroup` component wraps its Auto Scaling group."""

from __future__ import annotations

import textwrap
from typing import Any

from sandbox.standins.aws.readings import mapping, pairs
from sandbox.standins.aws.spec import Autoname, Call, Props, Source, Spec, Tags, Update, Wait, pick


def _template(props: Props) -> str | None:
    """Return the template without its margin: the emulator strips the first line only, and then can't read the rest."""
    body = props.get("templateBody")
    return None if body is None else textwrap.dedent(body)


def _parameters(props: Props) -> list[dict[str, str]] | None:
    given = props.get("parameters") or {}
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(given.items())] or None


def _named(path: str, key: str, value: str) -> Any:
    """Read a list of names and values as one object."""
    return lambda answer, _props: {item[key]: item[value] for item in pick(path, answer) or []}


def _body(client: Any, _answer: Any, props: Props) -> Props:
    """Return the template; as the program wrote it when only the margin differs."""
    live = client.get_template(StackName=props["id"])["TemplateBody"]
    text = live if isinstance(live, str) else str(live)
    written = props.get("templateBody")
    same = written is not None and textwrap.dedent(written).strip() == textwrap.dedent(text).strip()
    return {"templateBody": written if same else text}


_SETTINGS: dict[str, Source] = {
    "TemplateBody": _template,
    "TemplateURL": "templateUrl",
    "Parameters": _parameters,
    "Capabilities": "capabilities",
    "NotificationARNs": "notificationArns",
    "RoleARN": "iamRoleArn",
    "StackPolicyBody": "policyBody",
    "StackPolicyURL": "policyUrl",
}
_CREATION: dict[str, Source] = {
    "StackName": "name",
    **_SETTINGS,
    "DisableRollback": "disableRollback",
    "OnFailure": "onFailure",
    "TimeoutInMinutes": "timeoutInMinutes",
}
_TAGS: dict[str, Source] = {"Tags": lambda props: pairs(props.get("tags") or {})}
_FAILED = (
    "CREATE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_FAILED",
)


def _alive(answer: Any, _props: Props) -> Any:
    """Return nothing for a deleted stack, which CloudFormation still shows under its id."""
    stack = answer["Stacks"][0] if answer["Stacks"] else {}
    return None if stack.get("StackStatus", "DELETE_COMPLETE") == "DELETE_COMPLETE" else stack


STACK = Spec(
    type="aws:cloudformation/stack:Stack",
    service="cloudformation",
    title="CloudFormation Stack",
    id="{stackId}",
    create=Call("create_stack", {**_CREATION}),
    created={"stackId": "StackId"},
    read=Call("describe_stacks", {"StackName": "id"}),
    exists=_alive,
    wait=Wait("Stacks.0.StackStatus", done=("CREATE_COMPLETE", "UPDATE_COMPLETE"), failed=_FAILED),
    outputs={
        "capabilities": "Stacks.0.Capabilities",
        "disableRollback": "Stacks.0.DisableRollback",
        "iamRoleArn": "Stacks.0.RoleARN",
        "name": "Stacks.0.StackName",
        "notificationArns": "Stacks.0.NotificationARNs",
        "outputs": _named("Stacks.0.Outputs", "OutputKey", "OutputValue"),
        "parameters": _named("Stacks.0.Parameters", "ParameterKey", "ParameterValue"),
        "tagsAll": "Stacks.0.Tags",
        "templateBody": lambda _answer, _props: None,
    },
    extra=_body,
    updates=(
        Update(
            (
                *("templateBody", "templateUrl", "parameters", "capabilities", "notificationArns", "iamRoleArn"),
                *("policyBody", "policyUrl", "tags"),
            ),
            Call("update_stack", {"StackName": "id", **_SETTINGS, **_TAGS}),
        ),
    ),
    delete=Call("delete_stack", {"StackName": "id"}),
    replaces=("name", "disableRollback", "onFailure", "timeoutInMinutes"),
    autoname=Autoname("name"),
    unordered=("capabilities", "notificationArns"),
    adopts=("templateBody", "parameters", "capabilities", "notificationArns", "policyBody"),
    defaults={"disableRollback": False},
    tags=Tags("Tags", pairs, mapping, tag="", untag="", target={}),
    gone=("does not exist",),
    update_makes_unknown=("outputs",),
)

SPECS = (STACK,)
