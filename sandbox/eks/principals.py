"""Who a principal is: its unique id, looked up in the account's IAM."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from sandbox.eks.access_rules import PRINCIPAL_ARN, ROOT_ARN, invalid_principal
from sandbox.eks.consistency import Delays


@dataclass(frozen=True, slots=True)
class Principal:
    """An IAM user or role at one moment; one made again under the same name has another id."""

    arn: str
    id: str
    kind: str


class Principals:
    """Looks principals up with the sandbox's own right to read IAM."""

    def __init__(self, iam: Any, delays: Delays | None = None) -> None:
        self._iam = iam
        self._delays = delays or Delays()

    def require(self, arn: str) -> Principal:
        """Return the principal with exactly this ARN; EKS's refusal when there is none, or its path is not right."""
        found = self.find(arn)
        if found is None:
            raise invalid_principal()
        return found

    def find(self, arn: str) -> Principal | None:
        """Return the principal with exactly this ARN, path included, if EKS has heard of it yet."""
        if ROOT_ARN.fullmatch(arn):
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
        known = record["Arn"] == arn and not self._is_new(record["CreateDate"])
        return Principal(arn, record[key], match["kind"]) if known else None

    def _is_new(self, created: datetime) -> bool:
        """IAM tells the services of a new principal with a delay."""
        return datetime.now(UTC) - created < timedelta(seconds=self._delays.principals)


def foreign(arn: str) -> Principal:
    """Return a principal of another account. Whether it exists can't be seen from here, nor can it come in."""
    return Principal(arn, arn, "foreign")
