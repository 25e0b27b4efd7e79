"""What the tables of broken declarations are made of."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "# <-"

PEOPLE = """\
people:
  hanako: {iamUser: {path: /developers/}}
  taro: {iamUser: {}}
  sato: {iamUser: {path: /break-glass/}}
  oncall: {ssoPermissionSet: {name: ClusterOperator, suffix: 0123456789abcdef}}
  ci: {iamRole: "arn:aws:iam::111122223333:role/ci/pulumi"}
teams:
  payments: {members: [hanako, taro]}
  platform: {members: [oncall, hanako]}
"""
CLUSTER = """\
cluster:
  {name: prod, account: "111122223333", region: eu-west-1, version: "1.33", creator: ci}
"""
ROLES = """\
namespaces: {payments: {}}
roles:
  releaser: {rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, patch]}]}
  scraper: {rules: [{nonResourceURLs: [/metrics], verbs: [get]}]}
"""
PIECES = {"people.yaml": PEOPLE, "cluster.yaml": CLUSTER, "roles.yaml": ROLES}
"""Sound files that a broken one may include."""


@dataclass(frozen=True)
class Broken:
    """One mistake: the file with it, and what somebody must be told to find and repair it."""

    title: str
    text: str
    path: str
    says: str
    """Part of the rule or of the remedy."""
    line: int | None = None
    """Where it is; by default the line that ends with `MARK`."""
    file: str = "main.yaml"

    @property
    def expected_line(self) -> int:
        marked = [number for number, line in enumerate(self.text.splitlines(), 1) if line.endswith(MARK)]
        return self.line if self.line is not None else marked[0]
