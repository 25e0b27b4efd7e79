"""Declarations whose pieces are well-formed and don't fit together."""

from __future__ import annotations

from .broken import Broken

ALL = "include: [people.yaml, cluster.yaml, roles.yaml]\n"
WHO = "include: [people.yaml]\n"


def grant(title: str, text: str, path: str, says: str) -> Broken:
    """A grant that is wrong, in an otherwise sound declaration."""
    at = f"grants[0].{path}" if path else "grants[0]"
    return Broken(title, f"{ALL}grants:\n  - {text} # <-\n", at, says)


def rule(title: str, text: str, path: str, says: str) -> Broken:
    """A rule of a role that is wrong."""
    at = f"roles.odd.rules[0].{path}" if path else "roles.odd.rules[0]"
    return Broken(title, f"{ALL}roles:\n  odd:\n    rules:\n      - {text} # <-\n", at, says)


def nodes(title: str, text: str, path: str, says: str) -> Broken:
    """A node group that is wrong."""
    return Broken(title, f"{ALL}nodeGroups:\n  a: {text} # <-\n", f"nodeGroups.a.{path}", says)


def cluster(title: str, change: str, path: str, says: str) -> Broken:
    """A cluster with one line that is wrong, in place of the right one or in addition."""
    lines = {
        "name": "name: prod",
        "account": 'account: "111122223333"',
        "region": "region: eu-west-1",
        "version": 'version: "1.33"',
        "creator": "creator: ci",
    }
    lines[change.split(":")[0]] = f"{change} # <-"
    return Broken(title, f"{WHO}cluster:\n  " + "\n  ".join(lines.values()) + "\n", f"cluster.{path}", says)


GRANTS = [
    grant("an unknown team", "{team: paymnts, role: view, namespaces: [payments]}", "team", "did you mean `payments`?"),
    grant("an unknown person", "{person: Tarou, role: view, namespaces: [payments]}", "person", "did you mean `taro`?"),
    grant("an unknown role", "{person: taro, role: relaeser, namespaces: [payments]}", "role", "mean `releaser`?"),
    grant("a role unlike any", "{person: taro, role: zzzzzz, namespaces: [payments]}", "role", "under `roles:`"),
    grant("an unknown namespace", "{person: taro, role: view, namespaces: [pay]}", "namespaces[0]", "`namespaces:`"),
    grant("no subject", "{role: view, namespaces: [payments]}", "", "exactly one of team, person, serviceAccount"),
    grant("two subjects", "{team: payments, person: taro, role: view, clusterWide: true}", "", "team and person"),
    grant("no right", "{person: taro, clusterWide: true}", "", "exactly one of role, accessPolicy"),
    grant(
        "two rights", "{person: taro, role: view, accessPolicy: AmazonEKSViewPolicy, clusterWide: true}", "", "gives"
    ),
    grant("no scope", "{person: taro, role: view}", "", "add `namespaces: [<name>]`"),
    grant("an empty scope", "{person: taro, role: view, namespaces: []}", "", "says where it holds"),
    grant("two scopes", "{person: taro, role: view, namespaces: [payments], clusterWide: true}", "clusterWide", "both"),
    grant(
        "a namespace twice", "{person: taro, role: view, namespaces: [payments, payments]}", "namespaces[1]", "already"
    ),
    grant("a pattern for a role", "{person: taro, role: view, namespaces: [pay-*]}", "namespaces[0]", "only access"),
    grant(
        "a pattern that is none",
        "{person: taro, accessPolicy: AmazonEKSViewPolicy, namespaces: [Pay-*]}",
        "namespaces[0]",
        "like dev-*",
    ),
    grant("cluster-admin", "{person: taro, role: cluster-admin, clusterWide: true}", "role", "under `admins:`"),
    grant(
        "cluster-admin as a policy",
        "{person: taro, accessPolicy: AmazonEKSClusterAdminPolicy, clusterWide: true}",
        "accessPolicy",
        "under `admins:`",
    ),
    grant(
        "a policy for a service account",
        "{serviceAccount: a/b, accessPolicy: AmazonEKSViewPolicy, clusterWide: true}",
        "accessPolicy",
        "grant a `role`",
    ),
    grant("URLs in a namespace", "{person: taro, role: scraper, namespaces: [payments]}", "role", "a Role can't"),
    Broken(
        "a grant twice",
        f"{ALL}grants:\n"
        "  - {person: taro, role: view, namespaces: [payments]}\n"
        "  - {person: taro, role: view, namespaces: [default, payments], until: 2027-03-31} # <-\n",
        "grants[1]",
        "in payments already, by grants[0]",
    ),
    Broken(
        "an access policy without access entries",
        f"{WHO}cluster:\n"
        '  {name: prod, account: "111122223333", region: eu-west-1, version: "1.33", creator: ci,\n'
        "   authenticationMode: CONFIG_MAP}\n"
        "grants:\n  - {person: taro, accessPolicy: AmazonEKSViewPolicy, clusterWide: true} # <-\n",
        "grants[0].accessPolicy",
        "API_AND_CONFIG_MAP",
    ),
]
RULES = [
    rule("every verb", '{apiGroups: [apps], resources: [deployments], verbs: ["*"]}', "verbs[0]", "wildcard verbs"),
    rule("a misspelt verb", "{apiGroups: [apps], resources: [deployments], verbs: [lsit]}", "verbs[0]", "mean `list`?"),
    rule(
        "a verb in capitals", "{apiGroups: [apps], resources: [deployments], verbs: [GET]}", "verbs[0]", "mean `get`?"
    ),
    rule("a verb twice", "{apiGroups: [apps], resources: [deployments], verbs: [get, get]}", "verbs[1]", "position 1"),
    rule("no API group", "{resources: [pods], verbs: [get]}", "apiGroups", 'the core group is `""`'),
    rule("no resources", "{apiGroups: [apps], verbs: [get]}", "resources", "matches nothing"),
    rule("nothing but verbs", "{verbs: [get]}", "", "names resources"),
    rule("v1 for the core group", "{apiGroups: [v1], resources: [pods], verbs: [get]}", "apiGroups[0]", 'write ""'),
    rule(
        "a group with version", "{apiGroups: [apps/v1], resources: [pods], verbs: [get]}", "apiGroups[0]", "write apps"
    ),
    rule(
        "URLs beside API groups",
        '{apiGroups: [""], nonResourceURLs: [/metrics], verbs: [get]}',
        "apiGroups",
        "Kubernetes refuses apiGroups beside nonResourceURLs",
    ),
    rule("a URL without slash", "{nonResourceURLs: [metrics], verbs: [get]}", "nonResourceURLs[0]", "write /metrics"),
    Broken(
        "a role named like a built-in",
        f"{ALL}roles:\n  view: {{rules: [{{nonResourceURLs: [/a], verbs: [get]}}]}} # <-\n",
        "roles.view",
        "rename it",
    ),
    Broken(
        "a role named like the one of metricsReaders",
        f"{ALL}roles:\n  metrics: {{rules: [{{nonResourceURLs: [/a], verbs: [get]}}]}} # <-\n",
        "roles.metrics",
        "use `metricsReaders`",
    ),
    Broken(
        "a role of the system",
        f'{ALL}roles:\n  "system:x": {{rules: [{{nonResourceURLs: [/a], verbs: [get]}}]}} # <-\n',
        'roles["system:x"]',
        "belong to Kubernetes",
    ),
    Broken("a role both ours and foreign", f"{ALL}externalRoles: [releaser] # <-\n", "externalRoles[0]", "keep one"),
]
PEOPLE = [
    Broken(
        "an unknown member", f"{WHO}teams:\n  a: {{members: [jiro]}} # <-\n", "teams.a.members[0]", "under `people:`"
    ),
    Broken("a member twice", f"{WHO}teams:\n  a: {{members: [taro, taro]}} # <-\n", "teams.a.members[1]", "already"),
    Broken(
        "MFA for an SSO member",
        f"{WHO}teams:\n  a: {{members: [taro, oncall], assumeRole: {{mfa: true}}}} # <-\n",
        "teams.a.members[1]",
        "aws:MultiFactorAuthPresent",
    ),
    Broken(
        "MFA for a role",
        f"{ALL}admins:\n  breakGlass: {{trustedBy: [ci]}} # <-\n",
        "admins.breakGlass.trustedBy[0]",
        "ci is an IAM role",
    ),
    Broken(
        "an unknown rescuer",
        f"{ALL}admins:\n  breakGlass: {{trustedBy: [x]}} # <-\n",
        "admins.breakGlass.trustedBy[0]",
        "`x`",
    ),
    Broken("an unknown admin team", f"{ALL}admins:\n  teams: [plattform] # <-\n", "admins.teams[0]", "`platform`?"),
    Broken(
        "an unknown admin", f"{ALL}admins:\n  people: [hanaka] # <-\n", "admins.people[0]", "did you mean `hanako`?"
    ),
    Broken("an admin twice", f"{ALL}admins:\n  people: [taro, taro] # <-\n", "admins.people[1]", "position 1"),
    Broken(
        "names that differ in case", f"{WHO}people:\n  Taro: {{iamUser: {{}}}} # <-\n", "people.Taro", "`taro` differ"
    ),
    Broken(
        "the same role twice",
        f'{WHO}people:\n  cd: {{iamRole: "arn:aws:iam::111122223333:role/ci/pulumi"}} # <-\n',
        "people.cd",
        "`ci` are the same principal",
    ),
    Broken(
        "the same permission set twice",
        f"{WHO}people:\n  x: {{ssoPermissionSet: {{name: ClusterOperator, suffix: 0123456789abcdef}}}} # <-\n",
        "people.x",
        "`oncall` are the same principal",
    ),
    Broken(
        "a role with a wildcard",
        f'{WHO}people:\n  x: {{iamRole: "arn:aws:iam::111122223333:role/dev-*"}} # <-\n',
        "people.x.iamRole",
        "wildcard matches nobody",
    ),
    Broken(
        "a role of an unknown partition",
        f'{WHO}people:\n  x: {{iamRole: "arn:aws-moon:iam::111122223333:role/a"}} # <-\n',
        "people.x.iamRole",
        "aws-us-gov",
    ),
    Broken(
        "a role of another partition",
        f'{ALL}people:\n  x: {{iamRole: "arn:aws-cn:iam::111122223333:role/a"}} # <-\n',
        "people.x.iamRole",
        "name a principal of aws",
    ),
    Broken(
        "a service-linked role",
        f'{WHO}people:\n  x: {{iamRole: "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/A"}} # <-\n',
        "people.x.iamRole",
        "service-linked",
    ),
    Broken(
        "an SSO role as a plain role",
        f"{WHO}people:\n"
        '  x: {iamRole: "arn:aws:iam::111122223333:role/aws-reserved/AWSReservedSSO_Ops_00112233aabbccdd"} # <-\n',
        "people.x.iamRole",
        'ssoPermissionSet: {name: Ops, suffix: "00112233aabbccdd"}',
    ),
    Broken(
        "a tag that AWS reserves",
        f'{WHO}people:\n  x: {{iamUser: {{tags: {{"aws:a": b}}}}}} # <-\n',
        'people.x.iamUser.tags["aws:a"]',
        "aws:",
    ),
]
NODES = [
    nodes("Fargate without namespaces", "{kind: fargate}", "namespaces", "which namespaces' pods"),
    nodes("Fargate with instances", "{kind: fargate, namespaces: [a], instanceTypes: [m]}", "instanceTypes", "EC2"),
    nodes("Fargate with a size", "{kind: fargate, namespaces: [a], max: 3}", "max", "remove max"),
    nodes("EC2 without instance types", "{kind: managed}", "instanceTypes", "name their instance types"),
    nodes("EC2 with namespaces", "{kind: windows, instanceTypes: [m], namespaces: [a]}", "namespaces", "kind: fargate"),
    nodes(
        "more at least than at most", "{kind: managed, instanceTypes: [m], min: 5, max: 2}", "max", "`max: 5` or more"
    ),
    nodes(
        "Windows by AMI only",
        "{kind: managed, instanceTypes: [m], amiType: WINDOWS_CORE_2022_x86_64}",
        "amiType",
        "write `kind: windows`",
    ),
]
CLUSTERS = [
    cluster("an unknown creator", "creator: pulumi", "creator", "the person `pulumi` is not declared"),
    cluster("an unknown partition", "partition: aws-moon", "partition", "write `partition: aws`"),
    cluster("a region elsewhere", "region: cn-north-1", "region", "write `partition: aws-cn`"),
    cluster("an add-on of somebody else", "addons: {aws-ebs-csi-driver: v2}", "addons.aws-ebs-csi-driver", "vpc-cni"),
    cluster("an add-on without version", 'addons: {coredns: " "}', "addons.coredns", "write the version"),
    cluster("no endpoint at all", "endpoint: {private: false}", "endpoint", "write `private: true`"),
    cluster("a public endpoint for whom?", "endpoint: {public: true}", "endpoint.publicCidrs", "write 0.0.0.0/0 out"),
    cluster("CIDRs for nobody", "endpoint: {publicCidrs: [8.8.8.0/24]}", "endpoint.publicCidrs", "`public: true`"),
    cluster(
        "a CIDR out of range",
        "endpoint: {public: true, publicCidrs: [300.0.0.0/8]}",
        "endpoint.publicCidrs[0]",
        "up to 255",
    ),
    cluster(
        "a CIDR with a host part",
        "endpoint: {public: true, publicCidrs: [198.51.100.7/24]}",
        "endpoint.publicCidrs[0]",
        "198.51.100.7/32 for one host",
    ),
    cluster(
        "a private CIDR",
        "endpoint: {public: true, publicCidrs: [10.1.0.0/16]}",
        "endpoint.publicCidrs[0]",
        "EKS refuses private ones",
    ),
    Broken(
        "another account",
        f'{ALL}account: {{id: "444455556666"}}\n',
        "cluster.account",
        "444455556666",
        2,
        "cluster.yaml",
    ),
    Broken(
        "an account's partition", 'account: {id: "111122223333", partition: aws-cn} # <-\n', "account.region", "aws-cn"
    ),
    Broken(
        "no cluster",
        f"{WHO}namespaces: {{a: {{}}}}\nadmins: {{teams: [platform]}}\n",
        "cluster",
        "admins, namespaces",
        line=1,
    ),
    Broken(
        "a namespace that exists",
        f"{ALL}namespaces:\n  kube-system: {{}} # <-\n",
        "namespaces.kube-system",
        "every cluster",
    ),
    Broken(
        "a label that Kubernetes refuses",
        f"{ALL}namespaces:\n  a: {{labels: {{team: the best}}}} # <-\n",
        "namespaces.a.labels.team",
        "at most 63",
    ),
    Broken(
        "a label's key that Kubernetes refuses",
        f"{ALL}namespaces:\n  a: {{labels: {{the team: a}}}} # <-\n",
        'namespaces.a.labels["the team"]',
        "like example.com/team",
    ),
    Broken(
        "a group of the system", f"{ALL}externalGroups:\n  - system:masters # <-\n", "externalGroups[0]", "`admins:`"
    ),
    Broken(
        "a metrics reader twice",
        f"{ALL}metricsReaders:\n  - {{serviceAccount: a/b}}\n  - {{serviceAccount: a/b, kubelets: true}} # <-\n",
        "metricsReaders[1]",
        "already",
    ),
    Broken(
        "a kept line where aws-auth is not read",
        f"{WHO}cluster: {{name: prod, account: '111122223333', region: eu-west-1, version: '1.33', creator: ci,"
        "  authenticationMode: API}\n"
        "keep: {mapRoles: [{rolearn: 'arn:aws:iam::111122223333:role/x', username: x}]} # <-\n",
        "keep.mapRoles",
        "API_AND_CONFIG_MAP",
    ),
]
CASES = [*GRANTS, *RULES, *PEOPLE, *NODES, *CLUSTERS]
