"""Who a principal is: its unique id, looked up in the account's IAM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from sandbox.eks.access_rules import PRINCIPAL_ARN, invalid_principal


@dataclass(frozen=True, slots=True)
class Principal:
    """An IAM user or role at one moment; one made again under the same name has another id."""

    arn: str
    id: str
    kind: str


class Principals:
    """Looks principals up with the sandbox's own right to read IAM."""

    def __init__(self, iam: Any) -> None:
        self._iam = iam

    def require(self, arn: str) -> Principal:
        """Return the principal with exactly this ARN; EKS's refusal when there is none, or its path is not right."""
        found = self.find(arn)
        if found is None:
            raise invalid_principal()
        return found

    def find(self, arn: str) -> Principal | None:
        """Return the principal with exactly this ARN, path included."""
        if arn.endswith(":root"):
            return Principal(arn, arn.split(":")[4], "root")
        match = PRINCIPAL_ARN.fullmatch(arn)
        if match is None:
            return None
        name = match["path"].rpartition("/")[2]
        try:
            if match["kind"] == "role":
                record, key = self._iam.get_role(RoleName=name)["Role"], "RoleId"
            else:
                record, key = self._iam.get_user(UserName=name)["User"], "UserId"
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchEntity":
                return None
            raise
        return Principal(arn, record[key], match["kind"]) if record["Arn"] == arn else None
