"""Lines of aws-auth by which nobody can come, and those by which somebody can."""

from __future__ import annotations

import pytest
from eks_access.authn.aws_auth_reading import MappingLine
from eks_access.authn.unmatched import why_nobody

A = "arn:aws:iam::111122223333"
INSTANCE = "system:node:{{EC2PrivateDNSName}}"


@pytest.mark.parametrize(
    ("arn", "username", "why"),
    [
        (f"{A}:role/ops", INSTANCE, ""),
        (f"{A}:ROLE/Ops", "", ""),
        (f"{A}:user/dev/taro", "", ""),
        (f"{A}:root", "", ""),
        ("arn:aws:sts::111122223333:federated-user/bob", "", ""),
        (f"{A}:role/team/ops", "", "it has the role's path, which the ARN of a session never has"),
        (f"{A}:user/taro", INSTANCE, "a user is no instance, so its login is refused"),
        (f"{A}:role/*", "", "names of IAM have no such letters; patterns don't count"),
        (f"{A}:role/", "", "names of IAM have no such letters; patterns don't count"),
        (f"{A}:group/devs", "", "iam group is no principal that logs in"),
        ("arn:aws:sts::111122223333:role/ops", "", "sts role is no principal that logs in"),
        ("arn:aws:iam::1111222233334:role/ops", "", "an account is 12 digits"),
        ("arn:aws:iam::11112222333:role/ops", "", "an account is 12 digits"),
        ("arn:aws-cn:iam::111122223333:role/ops", "", "nobody of partition aws-cn gets to a cluster of aws"),
        (
            "arn:aws:sts::111122223333:assumed-role/ops/me",
            "",
            "a session is looked up by its role, never by its own ARN",
        ),
        ("ops", "", "it is no ARN of a principal"),
    ],
)
def test_a_line_by_which_nobody_can_come_is_told_with_the_reason(arn: str, username: str, why: str) -> None:
    line = MappingLine(section="mapRoles", index=0, arn=arn, username=username, groups=())

    assert why_nobody(line, "aws") == why
