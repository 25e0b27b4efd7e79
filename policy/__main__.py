"""The catalogue of eks-access as a policy pack: its rules over any stack that makes EKS, IAM or RBAC resources."""

from pulumi_policy import PolicyPack
from rules import policies

PolicyPack("eks-access", policies=policies())
