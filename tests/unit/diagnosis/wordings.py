"""Error texts as the components write them, old and new, and what each says."""

from __future__ import annotations

from dataclasses import replace

from eks_access.authz.model import Request
from eks_access.diagnosis.symptoms_model import (
    AwsDenied,
    EksRefused,
    EksRule,
    Escalation,
    Forbidden,
    InvalidRole,
    Lack,
    MissingRole,
    NoCluster,
    NodeRestricted,
    NodesFail,
    NodeTrouble,
    NoToken,
    Road,
    Symptom,
    Unauthorized,
    Unreachable,
)

PODS = Request(verb="list", resource="pods", namespace="payments")
ARN = "arn:aws:iam::111122223333:role/SSO"
U = "hanako"


def lacks(lack: Lack, name: str = "") -> Symptom:
    return NoToken(seen="", lack=lack, name=name)


def no(user: str | None, request: Request | None, **more: object) -> Symptom:
    return replace(Forbidden(seen="", user=user, request=request), **more)  # type: ignore[arg-type]


def fails(trouble: NodeTrouble, *, disk: bool = False) -> Symptom:
    return NodesFail(seen="", trouble=trouble, disk=disk)


def eks(rule: EksRule, name: str = "") -> Symptom:
    return EksRefused(seen="", rule=rule, name=name)


def road(road: Road, host: str = "") -> Symptom:
    return Unreachable(seen="", road=road, host=host)


NOBODY = Unauthorized(seen="")
CREDENTIALS = [
    ("could not get token: NoCredentialProviders: no valid providers in chain. Deprecated.", lacks(Lack.NONE)),
    ('Unable to locate credentials. You can configure credentials by running "aws configure".', lacks(Lack.NONE)),
    ("failed to refresh cached credentials, no EC2 IMDS role found", lacks(Lack.NONE)),
    ("The config profile (prod) could not be found", lacks(Lack.PROFILE, "prod")),
    ("failed to get shared config profile, prod", lacks(Lack.PROFILE, "prod")),
    ("could not get token: ExpiredToken: The security token included in the request is expired", lacks(Lack.EXPIRED)),
    ("An error occurred (ExpiredTokenException) when calling the GetCallerIdentity operation", lacks(Lack.EXPIRED)),
    ("Error loading SSO Token: Token for https://x.awsapps.com/start does not exist", lacks(Lack.SSO)),
    ("The SSO session associated with this profile has expired or is otherwise invalid.", lacks(Lack.SSO)),
    ("Error when retrieving token from sso: Token has expired and refresh failed", lacks(Lack.SSO)),
    ("SignatureDoesNotMatch: Signature expired: 20260101T000000Z is now earlier than …", lacks(Lack.SIGNATURE)),
    ("An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation", lacks(Lack.INVALID)),
    ("UnrecognizedClientException: The security token included in the request is invalid", lacks(Lack.INVALID)),
    ("MultiFactorAuthentication failed with invalid MFA one time pass code.", lacks(Lack.MFA)),
    ('exec: "aws": executable file not found in $PATH', lacks(Lack.COMMAND, "aws")),
    (
        "Unable to connect to the server: getting credentials: exec: executable aws-iam-authenticator not found",
        lacks(Lack.COMMAND, "aws-iam-authenticator"),
    ),
    ('error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"', lacks(Lack.VERSION)),
    (
        "getting credentials: exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, "
        "plugin returned version client.authentication.k8s.io/v1alpha1",
        lacks(Lack.VERSION),
    ),
    ("Unable to connect to the server: getting credentials: exec: exit status 1", lacks(Lack.FAILED)),
    ("getting credentials: exec: executable aws failed with exit code 255", lacks(Lack.FAILED, "aws")),
]
AWS = [
    (
        f"AccessDenied: User: arn:aws:iam::111122223333:user/taro is not authorized to perform: sts:AssumeRole on "
        f"resource: {ARN}",
        AwsDenied(seen="", action="sts:AssumeRole", caller="arn:aws:iam::111122223333:user/taro", resource=ARN),
    ),
    (
        "AccessDeniedException: User: arn:aws:iam::111122223333:user/taro is not authorized to perform: "
        "eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/dev",
        AwsDenied(
            seen="",
            action="eks:DescribeCluster",
            caller="arn:aws:iam::111122223333:user/taro",
            resource="arn:aws:eks:eu-west-1:111122223333:cluster/dev",
        ),
    ),
    ("ResourceNotFoundException: No cluster found for name: prod.", NoCluster(seen="", name="prod")),
    ("Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout", road(Road.TIMEOUT, "10.0.0.1:443")),
    ("net/http: TLS handshake timeout", road(Road.TIMEOUT)),
    (
        "dial tcp: lookup A.gr7.eu-west-1.eks.amazonaws.com: no such host",
        road(Road.HOST, "A.gr7.eu-west-1.eks.amazonaws.com"),
    ),
    ("dial tcp: lookup a.b on 10.0.0.2:53: no such host", road(Road.HOST, "a.b")),
    ("dial tcp 10.0.0.1:443: connect: connection refused", road(Road.REFUSED, "10.0.0.1:443")),
    ('Get "http://localhost/api": dial tcp 127.0.0.1:80: connect: connection refused', road(Road.LOCAL)),
    ("The connection to the server localhost:8080 was refused - did you specify the right host?", road(Road.LOCAL)),
    (
        "Error: Kubernetes cluster unreachable: invalid configuration: no configuration has been provided",
        road(Road.LOCAL),
    ),
    ("x509: certificate signed by unknown authority", road(Road.CERTIFICATE)),
    ("tls: failed to verify certificate: x509: certificate is valid for a, not b", road(Road.CERTIFICATE)),
]
MAPPING = [
    ("error: You must be logged in to the server (Unauthorized)", NOBODY),
    (
        "error: You must be logged in to the server (the server has asked for the client to provide credentials)",
        NOBODY,
    ),
    ("Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials", NOBODY),
    (
        "error: configured Kubernetes cluster is unreachable: unable to load schema information from the API server: "
        "the server has asked for the client to provide credentials",
        NOBODY,
    ),
    ("╷\n│ Error: Unauthorized\n│\n│   with kubernetes_config_map.x,\n╵", NOBODY),
    ("Error from server (Unauthorized): Unauthorized", NOBODY),
    ("Unauthorized", NOBODY),
    ('{"kind":"Status","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}', NOBODY),
    ('error: the server doesn\'t have a resource type "svc"', NOBODY),
    (
        f'level=warning msg="access denied" arn="{ARN}" error="ARN is not mapped" method=POST',
        Unauthorized(seen="", arns=(ARN,)),
    ),
    (
        f'level=warning msg="access denied" arn="{ARN}" error="identity is not mapped"',
        Unauthorized(seen="", arns=(ARN,)),
    ),
]
GROUP = "rbac.authorization.k8s.io"
WRITTEN = f'rolebindings.{GROUP} "x"'
PERMISSION = [
    (
        f'pods is forbidden: User "{U}" cannot list resource "pods" in API group "" in the namespace "payments"',
        no(U, PODS),
    ),
    (f'pods is forbidden: User "{U}" cannot list pods in the namespace "payments"', no(U, PODS)),
    (
        f'Error from server (Forbidden): User "{U}" cannot list pods in the namespace "payments". (get pods)',
        no(U, PODS),
    ),
    ('cannot list pods in the namespace "payments"', no(None, PODS)),
    (
        'services is forbidden: User "sample-username" cannot list services in the namespace "sample-namespace"',
        no("sample-username", Request(verb="list", resource="services", namespace="sample-namespace")),
    ),
    (
        f'nodes is forbidden: User "{U}" cannot list resource "nodes" in API group "" at the cluster scope',
        no(U, Request(verb="list", resource="nodes")),
    ),
    (
        f'nodes is forbidden: User "{U}" cannot list nodes at the cluster scope',
        no(U, Request(verb="list", resource="nodes")),
    ),
    (f'User "{U}" cannot list all nodes in the cluster', no(U, Request(verb="list", resource="nodes"))),
    (
        f'deployments.apps "web" is forbidden: User "{U}" cannot patch resource "deployments/scale" in API group '
        '"apps" in the namespace "payments"',
        no(
            U,
            Request(
                verb="patch",
                resource="deployments",
                api_group="apps",
                subresource="scale",
                name="web",
                namespace="payments",
            ),
        ),
    ),
    (
        f'deployments.apps "web" is forbidden: User "{U}" cannot patch deployments.apps/scale in the namespace '
        '"payments"',
        no(
            U,
            Request(
                verb="patch",
                resource="deployments",
                api_group="apps",
                subresource="scale",
                name="web",
                namespace="payments",
            ),
        ),
    ),
    (
        r'"message": "forbidden: User \"system:anonymous\" cannot get path \"/metrics\"",',
        no("system:anonymous", Request(verb="get", path="/metrics")),
    ),
    (
        'User "system:anonymous" cannot "get" path "/".: "No policy matched."',
        no("system:anonymous", Request(verb="get", path="/")),
    ),
    (
        r'"message": "forbidden: User \"system:serviceaccount:my-namespace:my-sa\" cannot get path \"/metrics\"",',
        no("system:serviceaccount:my-namespace:my-sa", Request(verb="get", path="/metrics")),
    ),
    (
        "the server does not allow access to the requested resource (get pods)",
        no(None, Request(verb="list", resource="pods"), whole=False),
    ),
    ("the server does not allow access to the requested resource", no(None, None, whole=False)),
]
ROLES = [
    (
        f'{WRITTEN} is forbidden: user "{U}" (groups=["a" "b"]) is attempting to grant RBAC permissions not currently '
        'held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
        Escalation,
    ),
    (
        f'{WRITTEN} is forbidden: attempt to grant extra privileges: [PolicyRule{{APIGroups:[""], '
        f'Resources:["pods"], Verbs:["get"]}}] user=&{{{U}  [system:authenticated] map[]}} ownerrules=[]',
        Escalation,
    ),
    ('roles "x" is forbidden: must have cluster-admin privileges to use the aggregationRule', Escalation),
    ('RBAC: clusterrole.rbac.authorization.k8s.io "view2" not found', MissingRole),
    ("rules[0].nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs", InvalidRole),
    ("namespaced rules cannot apply to non-resource URLs", InvalidRole),
    ('nodes "b" is forbidden: node "a" is not allowed to modify node "b"', NodeRestricted),
]
NODES = [
    ("Unable to register node with API server: Unauthorized", fails(NodeTrouble.UNAUTHORIZED)),
    (
        '"Unable to register node with API server" err="Unauthorized" node="ip-10-0-0-1"',
        fails(NodeTrouble.UNAUTHORIZED),
    ),
    ('Unable to register node "ip-10-0-0-1" with API server: Unauthorized', fails(NodeTrouble.UNAUTHORIZED)),
    ("reflector.go:205: Failed to list *v1.Service: Unauthorized", fails(NodeTrouble.UNAUTHORIZED)),
    ("failed to list *v1.RuntimeClass: Unauthorized", fails(NodeTrouble.UNAUTHORIZED)),
    ("NodeCreationFailure", fails(NodeTrouble.NOT_JOINED)),
    ("Instances failed to join the kubernetes cluster", fails(NodeTrouble.NOT_JOINED)),
    (
        "0/2 nodes are available: 2 node(s) were not ready, 2 node(s) were out of disk space.",
        fails(NodeTrouble.SILENT, disk=True),
    ),
    ("0/2 nodes are available: 2 node(s) were not ready.", fails(NodeTrouble.SILENT)),
    (
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.",
        fails(NodeTrouble.SILENT),
    ),
    (
        "1 node(s) had taint {node.kubernetes.io/not-ready: }, that the pod didn't tolerate.",
        fails(NodeTrouble.SILENT),
    ),
    ("0/3 nodes are available: 3 node(s) had untolerated taint(s).", fails(NodeTrouble.TAINTED)),
    ("0/3 nodes are available: 3 node(s) had taints that the pod didn't tolerate.", fails(NodeTrouble.TAINTED)),
    ("0/2 nodes are available: 2 node(s) had untolerated taint {dedicated: gpu}.", fails(NodeTrouble.TAINTED)),
    ("NodeStatusUnknown   Kubelet stopped posting node status.", fails(NodeTrouble.SILENT)),
    ("no nodes available to schedule pods", fails(NodeTrouble.NONE)),
    ("0/2 nodes are available: 2 Insufficient cpu.", fails(NodeTrouble.FULL)),
]
EKS = [
    (
        "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
        eks(EksRule.MODE),
    ),
    (
        "The kubernetes group name system:masters is invalid, it cannot start with system:",
        eks(EksRule.SYSTEM, "system:masters"),
    ),
    ("InvalidParameterException: The username must not begin with system:", eks(EksRule.SYSTEM)),
    ("The specified access entry resource is already in use on this cluster.", eks(EksRule.EXISTS)),
    ("The specified principalArn is invalid: invalid principal.", eks(EksRule.PRINCIPAL)),
    ("Unsupported authentication mode update from CONFIG_MAP to API", eks(EksRule.MODE_STEP, "CONFIG_MAP to API")),
    (
        "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
        eks(EksRule.BOOTSTRAP),
    ),
]
ROWS = [*CREDENTIALS, *AWS, *MAPPING, *PERMISSION, *NODES, *EKS]
