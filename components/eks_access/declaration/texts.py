"""The constrained strings of the declaration, each with the words that say what its pattern means.

Patterns use ASCII classes only: what stands for "any digit" in pydantic's expressions takes those of other scripts too.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field


def text(pattern: str, most: int, words: str) -> Any:
    """Constrain a string; `words` say in errors and in editors what `pattern` means.

    ``patternErrorMessage`` is the key that yaml-language-server shows; `form` reads it from the schema too.
    """
    return Field(pattern=pattern, min_length=1, max_length=most, json_schema_extra={"patternErrorMessage": words})


PersonName = Annotated[
    str,
    text(
        r"^[A-Za-z0-9][A-Za-z0-9+=,.@_-]*$",
        64,
        "a person's name is at most 64 letters, digits and +=,.@_- and starts with a letter or digit, as IAM wants it",
    ),
]
"""A person; for an `iamUser` it is the IAM user name (IAM: 64 characters of ``A-Za-z0-9+=,.@_-``)."""
_LABEL = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
_LABEL_WORDS = "a name here is lower-case letters, digits and '-', and starts and ends with a letter or digit"
TeamName = Annotated[str, text(_LABEL, 40, _LABEL_WORDS)]
DnsLabel = Annotated[str, text(_LABEL, 63, _LABEL_WORDS)]
"""An RFC 1123 label, as Kubernetes wants it of Namespaces."""
RbacName = Annotated[str, text(r"^[^/%\s]+$", 253, "a role's name has no '/', no '%' and no spaces")]
"""A Role or ClusterRole name: any path segment (Kubernetes ValidatePathSegmentName)."""
AccountId = Annotated[str, text(r"^[0-9]{12}$", 12, 'an AWS account is 12 digits in quotes, like "111122223333"')]
Region = Annotated[str, text(r"^[a-z]{2,4}(-[a-z]+)+-[0-9]$", 32, "an AWS region is written like eu-west-1")]
RoleArn = Annotated[
    str,
    text(
        r"^arn:[a-z-]+:iam::[0-9]{12}:role/[\x21-\x7e]+$",
        620,
        "an IAM role's full ARN with its path, like arn:aws:iam::111122223333:role/ci/pulumi",
    ),
]
TrustAnchorArn = Annotated[
    str,
    text(
        r"^arn:[a-z-]+:rolesanywhere:[a-z0-9-]+:[0-9]{12}:trust-anchor/[A-Za-z0-9-]+$",
        256,
        "a trust anchor's ARN, like arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/<id>",
    ),
]
IamPath = Annotated[
    str,
    text(r"^/([A-Za-z0-9+=,.@_-]+/)*$", 512, "an IAM path starts and ends with '/', like /developers/"),
]
ServiceAccountRef = Annotated[
    str,
    text(
        r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
        317,
        "a service account is written namespace/name, like monitoring/prometheus",
    ),
]
"""``namespace/name``."""
PermissionSetName = Annotated[
    str,
    text(r"^[A-Za-z0-9_+=,.@-]+$", 32, "a permission set's name is at most 32 letters, digits and _+=,.@-"),
]
PermissionSetSuffix = Annotated[
    str,
    text(
        r"^[0-9a-f]{16}$",
        16,
        "the suffix is the 16 hexadecimal digits at the end of the role AWSReservedSSO_<name>_<suffix>, in lower case "
        "and in quotes",
    ),
]
Cidr = Annotated[
    str,
    text(r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$", 18, "an IPv4 block in CIDR form, like 203.0.113.0/24"),
]
ClusterName = Annotated[
    str,
    text(
        r"^[A-Za-z0-9][A-Za-z0-9_-]*$",
        100,
        "a cluster's name is at most 100 letters, digits, '-' and '_', and starts with a letter or digit",
    ),
]
KubernetesVersion = Annotated[
    str,
    text(r"^1\.[0-9]{2}$", 4, 'a Kubernetes minor version in quotes, like "1.33"'),
]
PrincipalArn = Annotated[
    str,
    text(
        r"^arn:[a-z-]+:iam::[0-9]{12}:((user|role)/[\x21-\x7e]+|root)$",
        620,
        "the full ARN of an IAM user or role with its path, like arn:aws:iam::111122223333:role/ci/pulumi",
    ),
]
_ENTRY_TYPES = "STANDARD|EC2_LINUX|EC2_WINDOWS|FARGATE_LINUX|EC2|HYBRID_LINUX|HYPERPOD_LINUX"
EntryTypeName = Annotated[
    str, text(rf"^({_ENTRY_TYPES})$", 32, f"a type of access entries is one of {_ENTRY_TYPES.replace('|', ', ')}")
]
AccessPolicyName = Annotated[
    str,
    text(r"^Amazon[A-Za-z0-9]+$", 128, "an EKS access policy by its name without the ARN, like AmazonEKSViewPolicy"),
]
CheckId = Annotated[str, text(r"^EA[0-9]{3}$", 5, "the id of a check is EA and three digits, like EA609")]
Reason = Annotated[
    str,
    text(r"\S.*\S", 500, "a reason says in a sentence of at most 500 characters why the finding is right as it is"),
]


def quantity(value: object) -> object:
    """Take whole numbers as they are written: ``pods: 50`` is as good as ``pods: "50"``."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_QUANTITY = r"^([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$"
_QUANTITY_WORDS = "a quantity is a number with an optional unit, like 500m, 2 or 4Gi"
Quantity = Annotated[
    str,
    BeforeValidator(quantity, json_schema_input_type=str | int),
    text(_QUANTITY, 64, _QUANTITY_WORDS),
    Field(json_schema_extra={"pattern": _QUANTITY, "patternErrorMessage": _QUANTITY_WORDS}),
]
"""A Kubernetes resource quantity (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)."""


def day(value: object) -> object:
    """Refuse what pydantic would take for a date beside a day: timestamps, date-times, numbers as text."""
    is_day = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    if is_day or (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        return value
    raise ValueError("a day is written YYYY-MM-DD")


_MOMENT = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"


def moment(value: object) -> object:
    """Take a moment in UTC, as IAM's conditions write it."""
    if isinstance(value, str) and re.fullmatch(_MOMENT, value):
        dt.datetime.fromisoformat(value)
        return value
    raise ValueError("a moment is written YYYY-MM-DDThh:mm:ssZ")


Moment = Annotated[
    str,
    BeforeValidator(moment),
    Field(
        json_schema_extra={
            "pattern": _MOMENT,
            "patternErrorMessage": "a moment in UTC is YYYY-MM-DDThh:mm:ssZ",
        }
    ),
]
Day = Annotated[
    dt.date,
    BeforeValidator(day),
    Field(json_schema_extra={"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "patternErrorMessage": "a day is YYYY-MM-DD"}),
]
