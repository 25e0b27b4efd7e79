"""Texts that are recognised by a phrase: of AWS clients, kubectl, the authenticator, kubelets, the scheduler, EKS.

Sources: botocore/exceptions.py and awscli (credentials, profiles), aws-sdk-go (NoCredentialProviders, ExpiredToken),
k8s.io/client-go plugin/pkg/client/auth/exec, aws-iam-authenticator pkg/server (`access denied`, `ARN is not mapped`
before `identity is not mapped`), k8s.io/kubernetes pkg/kubelet/kubelet_node_status.go, pkg/scheduler,
https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .symptoms_forbidden import Found
from .symptoms_model import (
    AwsDenied,
    EksRefused,
    EksRule,
    Lack,
    NoCluster,
    NodesFail,
    NodeTrouble,
    NoToken,
    Road,
    Symptom,
    Unauthorized,
    Unreachable,
)
from .symptoms_text import principals_in, shown

_Make = Callable[[str, re.Match[str], tuple[str, ...]], Symptom]
"""What was seen, the match, ARNs in the text → the symptom."""


def _token(lack: Lack) -> _Make:
    return lambda seen, match, _: NoToken(seen=seen, lack=lack, name=match.groupdict().get("name") or "")


def _road(road: Road) -> _Make:
    return lambda seen, match, _: Unreachable(seen=seen, road=road, host=match.groupdict().get("host") or "")


def _nodes(trouble: NodeTrouble) -> _Make:
    return lambda seen, _, arns: NodesFail(seen=seen, trouble=trouble, disk="disk" in seen, arns=arns)


def _eks(rule: EksRule) -> _Make:
    return lambda seen, match, arns: EksRefused(
        seen=seen, rule=rule, arns=arns, name=match.groupdict().get("name") or ""
    )


def _unauthorized(seen: str, _: re.Match[str], arns: tuple[str, ...]) -> Symptom:
    return Unauthorized(seen=seen, arns=arns)


def _denied(seen: str, match: re.Match[str], _: tuple[str, ...]) -> Symptom:
    return AwsDenied(
        seen=seen, action=match["action"], caller=match["caller"] or "", resource=(match["resource"] or "").rstrip(".,")
    )


def _no_cluster(seen: str, match: re.Match[str], _: tuple[str, ...]) -> Symptom:
    return NoCluster(seen=seen, name=match["name"].rstrip(".,"))


_CREDENTIALS: tuple[tuple[str, _Make], ...] = (
    (
        r"NoCredentialProviders(?:: no valid providers in chain)?|Unable to locate credentials|NoCredentialsError|"
        r"no EC2 IMDS role found|failed to refresh cached credentials|failed to retrieve credentials|"
        r"No valid credential sources found|You must specify a region or credentials|no valid providers in chain|"
        r"Partial credentials found in",
        _token(Lack.NONE),
    ),
    (
        r"The config profile \((?P<name>[^)]{0,128})\) could not be found|"
        r"failed to get shared config profile, ?(?P<name2>\S{0,128})|SharedConfigProfileNotExistsError",
        lambda seen, match, _: NoToken(seen=seen, lack=Lack.PROFILE, name=match["name"] or match["name2"] or ""),
    ),
    (
        r"Error loading SSO Token|The SSO session (?:associated with this profile )?has expired|"
        r"Token has expired and refresh failed|SSOTokenLoadError|UnauthorizedSSOTokenError|"
        r"Token for \S{1,256} does not exist|Session token not found or invalid|cached SSO token is expired",
        _token(Lack.SSO),
    ),
    (
        r"ExpiredToken(?:Exception)?\b|The security token included in the request is expired|RequestExpired|"
        r"TokenRefreshRequired|token is expired|token has expired",
        _token(Lack.EXPIRED),
    ),
    (
        r"SignatureDoesNotMatch|Signature expired|Signature not yet current|RequestTimeTooSkewed|"
        r"X-Amz-Date parameter is expired",
        _token(Lack.SIGNATURE),
    ),
    (
        r"InvalidClientTokenId|UnrecognizedClientException|The security token included in the request is invalid|"
        r"InvalidAccessKeyId|IncompleteSignature",
        _token(Lack.INVALID),
    ),
    (
        r"MultiFactorAuthentication failed|Enter MFA code for|AssumeRoleTokenProviderNotSetError|"
        r"MultiFactorAuthentication must be used",
        _token(Lack.MFA),
    ),
    (
        r'exec: "(?P<name>[^"]{1,256})":? (?:executable file not found in|file does not exist)[^ ]{0,8}|'
        r"executable (?P<name2>[^ ]{1,256}) not found",
        lambda seen, match, _: NoToken(seen=seen, lack=Lack.COMMAND, name=match["name"] or match["name2"]),
    ),
    (
        r'exec plugin: invalid apiVersion "[^"]{1,128}"|exec plugin is configured to use API version|'
        r'no kind "ExecCredential" is registered for version|deprecated API version client\.authentication\.k8s\.io',
        _token(Lack.VERSION),
    ),
    (
        r"getting credentials: exec: (?:executable (?P<name>[^ ]{1,256}) failed with exit code [0-9]{1,4}|"
        r"exit status [0-9]{1,4})|getting credentials: decoding stdout|could not get token:|"
        r"executable (?P<name2>[^ ]{1,256}) failed with exit code",
        lambda seen, match, _: NoToken(seen=seen, lack=Lack.FAILED, name=match["name"] or match["name2"] or ""),
    ),
)
_AWS: tuple[tuple[str, _Make], ...] = (
    (
        r"(?:User: (?P<caller>arn:[^ ]{1,700}) )?is not authorized to perform: "
        r"(?P<action>[a-z0-9-]{1,40}:[A-Za-z*]{1,80})"
        r"(?: on resource: (?P<resource>[^ ]{1,700}))?",
        _denied,
    ),
    (r"No cluster found for name: ?(?P<name>[A-Za-z0-9_.-]{1,110})", _no_cluster),
)
_ENDPOINT: tuple[tuple[str, _Make], ...] = (
    (
        r"dial tcp (?:127\.0\.0\.1|\[::1\]):[0-9]{1,5}: (?:connect: )?connection refused|"
        r"invalid configuration: no configuration has been provided|"
        r"connection to the server (?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})? was refused",
        _road(Road.LOCAL),
    ),
    (
        r"dial tcp (?P<host>[^ ]{1,260}): (?:connect: )?(?:i/o timeout|operation timed out|connection timed out|"
        r"no route to host)|net/http: TLS handshake timeout|Client\.Timeout exceeded while awaiting headers|"
        r"net/http: request canceled while waiting for connection",
        _road(Road.TIMEOUT),
    ),
    (
        r"dial tcp: lookup (?P<host>[^ ]{1,253})(?: on [^ ]{1,60})?: no such host|Could not resolve host",
        _road(Road.HOST),
    ),
    (
        r"dial tcp (?P<host>(?!127\.0\.0\.1|\[::1\])[^ ]{1,260}): (?:connect: )?connection refused|"
        r"connection to the server (?!localhost|127\.0\.0\.1)[^ ]{1,253} was refused",
        _road(Road.REFUSED),
    ),
    (r"x509: certificate [a-z -]{1,60}|tls: failed to verify certificate", _road(Road.CERTIFICATE)),
)
_MAPPING: tuple[tuple[str, _Make], ...] = (
    (
        r"You must be logged in to the server|the server has asked for the client to provide credentials|"
        r"(?:identity|ARN|arn) is not mapped|msg=\"access denied\"|access denied[^a-z]{0,4} ?arn=|"
        r"[Ee]rror: Unauthorized|Error from server \(Unauthorized\)|401 Unauthorized|"
        r"\"(?:reason|message)\": ?\"Unauthorized\"|error: the server doesn't have a resource type|^Unauthorized$|"
        r"SessionName did not contain an instance id",
        _unauthorized,
    ),
)
_NODES: tuple[tuple[str, _Make], ...] = (
    (
        r"Unable to register node (?:\"[^\"]{1,253}\" )?with API server(?!\"?:? (?:err=\")?nodes )|"
        r"[Ff]ailed to list \*v1[a-z0-9]{0,10}\.[A-Za-z]{1,60}: Unauthorized|"
        r"Failed to ensure lease exists, will retry[^U]{0,40}Unauthorized|"
        r"Failed to contact API server when waiting for CSINode publishing: Unauthorized|"
        r"error getting node[^U]{0,80}Unauthorized",
        _nodes(NodeTrouble.UNAUTHORIZED),
    ),
    (
        r"[Ii]nstances failed to join the kubernetes cluster|NodeCreationFailure|"
        r"Unhealthy nodes in the kubernetes cluster",
        _nodes(NodeTrouble.NOT_JOINED),
    ),
    (
        r"(?:[0-9]{1,5} node\(s\) were not ready, )?[0-9]{1,5} node\(s\) were out of disk space|"
        r"[0-9]{1,5} node\(s\) were not ready|[0-9]{1,5} node\(s\) were unreachable|"
        r"node\(s\) had (?:untolerated )?taints? \{node\.kubernetes\.io/(?:unreachable|not-ready)[^}]{0,80}\}|"
        r"Kubelet stopped posting node status|NodeStatusUnknown|NodeNotReady|nodes? were not ready|"
        r"\bout of disk space\b|OutOfDisk\b",
        _nodes(NodeTrouble.SILENT),
    ),
    (
        r"node\(s\) had untolerated taint\(s\)|node\(s\) had taints that the pod didn't tolerate|"
        r"node\(s\) had (?:untolerated )?taints? \{(?!node\.kubernetes\.io/)[^}]{1,253}\}",
        _nodes(NodeTrouble.TAINTED),
    ),
    (r"no nodes available to schedule pods|0/0 nodes are available", _nodes(NodeTrouble.NONE)),
    (r"[0-9]{1,5} Insufficient (?:cpu|memory|pods)|[0-9]{1,5} Too many pods", _nodes(NodeTrouble.FULL)),
)
_EKS: tuple[tuple[str, _Make], ...] = (
    (r"The cluster'?s authentication mode must be set to one of", _eks(EksRule.MODE)),
    (
        r"The (?:kubernetes group name|username) (?P<name>[^ ]{1,253}) is invalid, it cannot start with|"
        r"The username must not begin with|cannot start with system:|must not begin with system:",
        _eks(EksRule.SYSTEM),
    ),
    (r"The specified access entry resource is already in use on this cluster", _eks(EksRule.EXISTS)),
    (r"The specified principalArn is invalid(?:: invalid principal)?", _eks(EksRule.PRINCIPAL)),
    (
        r"Unsupported authentication mode update from (?P<name>[A-Z_]{1,40} to [A-Z_]{1,40})|"
        r"Unsupported authentication mode update",
        _eks(EksRule.MODE_STEP),
    ),
    (r"bootstrapClusterCreatorAdminPermissions must be true", _eks(EksRule.BOOTSTRAP)),
)
_PHRASES = tuple(
    (re.compile(pattern), make) for pattern, make in (*_CREDENTIALS, *_AWS, *_ENDPOINT, *_MAPPING, *_NODES, *_EKS)
)
_MOST = 20


def phrase_symptoms(text: str) -> Iterator[Found]:
    """Find everything that a phrase tells, in the order of the phrases."""
    arns = principals_in(text)
    for pattern, make in _PHRASES:
        for _, match in zip(range(_MOST), pattern.finditer(text), strict=False):
            yield match.start(), make(shown(text, match.start(), match.end()), match, arns)
