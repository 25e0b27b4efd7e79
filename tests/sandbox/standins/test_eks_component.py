"""The eks stand-in renders aws-auth, kubeconfigs and add-on settings, and refuses what pulumi-eks refuses."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
import yaml

from sandbox.standins.eks import options as options_module
from sandbox.standins.eks.access import map_roles, map_users
from sandbox.standins.eks.kubeconfig import _document, region_of
from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.eks.service_role import _short_hash
from sandbox.standins.eks.vpc_cni import vpc_cni_configuration

ADMINS = {"roleArn": "arn:aws:iam::111122223333:role/admins", "username": "admin:{{SessionName}}", "groups": ["a"]}
NODE = "arn:aws:iam::111122223333:role/node"


@pytest.fixture(autouse=True)
def _aws_cli(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options_module, "assert_aws_cli", lambda: None)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def checked(**inputs: Any) -> ClusterOptions:
    return ClusterOptions.of({"skipDefaultNodeGroup": True, **inputs})


def test_node_roles_come_after_the_declared_ones() -> None:
    assert yaml.safe_load(map_roles([ADMINS], [NODE])) == [
        {"rolearn": ADMINS["roleArn"], "username": "admin:{{SessionName}}", "groups": ["a"]},
        {
            "rolearn": NODE,
            "username": "system:node:{{EC2PrivateDNSName}}",
            "groups": ["system:bootstrappers", "system:nodes"],
        },
    ]


def test_the_text_of_aws_auth_is_laid_out_as_js_yaml_does() -> None:
    assert map_users([{"userArn": "arn:aws:iam::111122223333:user/yuki", "username": "yuki", "groups": ["g"]}]) == (
        "- userarn: arn:aws:iam::111122223333:user/yuki\n  username: yuki\n  groups:\n    - g\n"
    )
    assert map_roles([], []) == "[]\n"


@pytest.mark.parametrize("name", ["roleMappings", "userMappings"])
def test_mappings_are_refused_in_mode_api(name: str) -> None:
    with pytest.raises(pulumi.RunError, match=f"The '{name}' property does not support non-empty values when"):
        checked(authenticationMode="API", **{name: [ADMINS]})
    checked(authenticationMode="API", **{name: []})
    checked(authenticationMode="API_AND_CONFIG_MAP", **{name: [ADMINS]})


def test_other_refusals_of_the_real_component() -> None:
    entry = {"a": {"principalArn": NODE}}
    with pytest.raises(pulumi.RunError, match="not supported when 'authenticationMode' is not set"):
        checked(accessEntries=entry)
    with pytest.raises(pulumi.RunError, match="not supported when 'authenticationMode' is set to 'CONFIG_MAP'"):
        checked(accessEntries=entry, authenticationMode="CONFIG_MAP")
    with pytest.raises(pulumi.RunError, match="Invalid value for authenticationMode: BOTH"):
        checked(authenticationMode="BOTH")
    with pytest.raises(pulumi.RunError, match="Access entries are required when using EKS Auto Mode"):
        checked(autoMode={"enabled": True})
    with pytest.raises(pulumi.RunError, match="mutually exclusive"):
        checked(instanceRole=1, instanceRoles=[1])


def test_options_of_the_default_node_group_come_one_way() -> None:
    with pytest.raises(pulumi.RunError, match="Setting nodeGroupOptions, and any set of singular node group option"):
        checked(nodeGroupOptions={}, minSize=1)
    assert checked(nodeGroupOptions={"minSize": 3}).node_group_options() == {"minSize": 3}
    assert checked(minSize=3, nodeAmiId="ami-1").node_group_options() == {"minSize": 3, "amiId": "ami-1"}


def test_a_creation_role_provider_is_for_node_programs() -> None:
    with pytest.raises(pulumi.RunError, match="not supported in non-nodejs Pulumi programs"):
        checked(creationRoleProvider={"provider": {"urn": "x"}})


def test_long_names_are_folded_as_js_yaml_folds_them() -> None:
    arn = (
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admins_0123456789abcdef"
    )
    assert map_users([{"userArn": arn, "username": "{{SessionName}}", "groups": []}]) == (
        f"- userarn: >-\n    {arn}\n  username: '{{{{SessionName}}}}'\n  groups: []\n"
    )


def test_the_profile_of_the_environment_goes_into_the_kubeconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "ci")
    assert checked().get("providerCredentialOpts") == {"profileName": "ci"}


def test_the_kubeconfig_asks_the_aws_cli_for_tokens() -> None:
    parts = {"name": "dev", "endpoint": "https://x", "certificate": "Q0E=", "region": "eu-west-1", "profile": "ci"}
    command = _document(parts)["users"][0]["user"]["exec"]
    assert command["command"] == "aws"
    assert command["args"] == [
        *("--region", "eu-west-1", "eks", "get-token", "--cluster-name", "dev", "--output", "json", "--profile", "ci")
    ]
    assert "--profile" not in _document({**parts, "profile": None})["users"][0]["user"]["exec"]["args"]
    assert region_of("arn:aws:eks:eu-west-1:111122223333:cluster/dev") == "eu-west-1"


def test_the_vpc_cni_gets_the_environment_of_the_real_component() -> None:
    found = vpc_cni_configuration({"warmIpTarget": 3, "externalSnat": True, "configurationValues": {"env": {"X": "y"}}})
    assert found["env"]["WARM_IP_TARGET"] == "3"
    assert found["env"]["AWS_VPC_K8S_CNI_EXTERNALSNAT"] == "true"
    assert found["env"]["AWS_VPC_K8S_CNI_LOGLEVEL"] == "DEBUG"
    assert found["env"]["X"] == "y"
    assert found["init"] == {"env": {"DISABLE_TCP_EARLY_DEMUX": "false"}}
    assert "WARM_PREFIX_TARGET" not in found["env"]


def test_attachments_have_the_names_that_stacks_of_the_real_component_have() -> None:
    assert _short_hash("arn:aws:iam::aws:policy/AmazonEKSClusterPolicy") == "4b490823"
