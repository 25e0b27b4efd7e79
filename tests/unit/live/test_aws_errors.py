"""Errors of AWS become one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore import exceptions as aws
from eks_access.errors import NoAnswerError
from eks_access.live.aws import DEFAULT_REGION, answers, session


def refused(code: str) -> aws.ClientError:
    return aws.ClientError({"Error": {"Code": code, "Message": "User: x is not authorized"}}, "ListRoles")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (aws.NoCredentialsError(), "name a --profile"),
        (aws.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "AWS_SECRET_ACCESS_KEY"),
        (aws.ProfileNotFound(profile="prdo"), "aws configure list-profiles"),
        (aws.UnauthorizedSSOTokenError(), "aws sso login"),
        (aws.EndpointConnectionError(endpoint_url="https://iam"), "AWS_ENDPOINT_URL"),
        (aws.ReadTimeoutError(endpoint_url="https://iam"), "network"),
        (aws.ConfigParseError(path="~/.aws/config"), "~/.aws/config"),
        (refused("ExpiredToken"), "have expired (ExpiredToken)"),
        (refused("InvalidClientTokenId"), "does not know these credentials"),
        (refused("AccessDenied"), "iam:ListRoles is not allowed (AccessDenied): User: x is not authorized"),
        (refused("Throttling"), "AWS refused iam:ListRoles (Throttling)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_error_says_what_to_do_on_one_line(error: Exception, says: str) -> None:
    with pytest.raises(NoAnswerError) as told, answers("iam:ListRoles"):
        raise error

    assert says in str(told.value)
    assert "\n" not in str(told.value)


def test_errors_of_ours_are_not_blamed_on_aws() -> None:
    with pytest.raises(KeyError), answers("iam:ListRoles"):
        raise KeyError


def test_somebody_without_a_region_can_still_ask_iam(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    assert session().region_name == DEFAULT_REGION
    assert session(region="eu-west-1").region_name == "eu-west-1"


def test_the_shell_s_region_counts_as_for_the_aws_cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[profile here]\nregion = ap-northeast-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    assert session("here").region_name == "eu-central-1"
    assert session("here", "eu-west-1").region_name == "eu-west-1"
    monkeypatch.delenv("AWS_REGION")
    assert session("here").region_name == "ap-northeast-1"
