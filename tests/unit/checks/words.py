"""Words that declarations and clusters are edited with: right, nearly right, reserved, too long, of other places."""

from __future__ import annotations

HOME, AWAY = "111122223333", "444455556666"
_ROLES = (
    *("x", "X", "team/x", "Team/X", "demo-break-glass", "prod-break-glass", "demo-node-managed", "demo-team-gone"),
    *("ci/deployer", "deployer", "ci/pulumi", "a" * 64, "a" * 65, "aws-service-role/eks.amazonaws.com/AWSServiceRoleX"),
    *("AWSReservedSSO_Ops_0123456789abcdef", "AWSReservedSSO_Ops", "AWSReservedSSO_Ops_*", "*"),
    "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef",
)
ROLE_ARNS = tuple(f"arn:aws:iam::{HOME}:role/{role}" for role in _ROLES)
OTHER_ROLES = (f"arn:aws:iam::{AWAY}:role/x", f"arn:aws-cn:iam::{HOME}:role/x", f"arn:aws-xx:iam::{HOME}:role/x")
USER_ARNS = tuple(f"arn:aws:iam::{HOME}:user/{user}" for user in ("aiko", "AIKO", "dev/aiko", "hanako", "x", "a" * 70))
NO_PRINCIPALS = (
    f"arn:aws:sts::{HOME}:assumed-role/x/s",
    f"arn:aws:iam::{HOME}:instance-profile/x",
    f"arn:aws:iam::{HOME}:group/x",
    f"arn:aws:iam::{HOME}:root",
    *("x", "*", ""),
)
USERNAMES = (
    *("x", "", "system:x", "eks:x", "aws:x", "amazon:x", "iam:x", "x{{SessionName}}", "x:{{SessionName}}"),
    *(
        "{{SessionName}}",
        "system:node:{{EC2PrivateDNSName}}",
        "x:{{EC2PrivateDNSName}}",
        "{{AccountID}}:{{SessionNameRaw}}",
    ),
    *("{{Session}}", "{{ SessionName }}", "cluster-admin", "eks-access:admins", "x\x1b[2J\u202e"),
)
GROUPS = (
    *("system:masters", "system:nodes", "system:bootstrappers", "system:node-proxier", "system:authenticated"),
    *(
        "eks:kube-proxy-windows",
        "eks-access:admins",
        "eks-access:team:payments",
        "x",
        "",
        "g:{{SessionName}}",
        "é\u2066",
    ),
)
POLICIES = (
    *("AmazonEKSViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy", "AmazonEKSClusterAdminPolicy"),
    *("AmazonEKSAdminViewPolicy", "AmazonEKSSecretReaderPolicy", "AmazonEKSAutoNodePolicy", "AmazonEKSVeiwPolicy"),
    "AmazonEKSClusterInsightsPolicy",
)
NAMESPACES = ("default", "kube-system", "dev-*", "*", "*-prod", "kube-*", "payments", "Dev", "a" * 63)
VERBS = (
    *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection") * 3,
    *("use", "approve", "bind", "escalate", "impersonate", "*", "read", "Get", "exec", "sign", "impersonate:user-info"),
)
API_GROUPS = (
    "",
    "",
    "apps",
    "batch",
    "*",
    "core",
    "v1",
    "apps/v1",
    "app",
    "extensions",
    "rbac.authorization.k8s.io",
    "x.io",
)
RESOURCES = (
    *(
        "pods",
        "secrets",
        "pods/exec",
        "pods/log",
        "pods/*",
        "nodes/proxy",
        "serviceaccounts/token",
        "deployments",
        "pod",
    ),
    *(
        "*",
        "*/exec",
        "*/*",
        "roles",
        "clusterroles",
        "users",
        "groups",
        "resourceclaims",
        "deployment",
        "po",
        "signers",
        "/x",
    ),
)
URLS = ("/metrics", "metrics", "*", "/api/*", "/healthz", "")
NAMES = ("x", "cluster-admin", "system:masters", "view", "")
KINDS = ("managed", "windows", "fargate", "self-managed", "karpenter", "auto", "hybrid", "hyperpod")
