"""403 texts of the API server, in the words of all its versions → who wanted what.

Sources: k8s.io/apiserver pkg/endpoints/handlers/responsewriters/errors.go (`resource "pods" in API group ""` since
1.12; `cannot list pods in the namespace "x"` before; `cannot list all pods in the cluster` of OpenShift and 1.5),
k8s.io/kubernetes pkg/registry/rbac/validation/rule.go (`attempting to grant RBAC permissions not currently held` since
1.12; `attempt to grant extra privileges` before), plugin/pkg/admission/noderestriction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..authz.lookup import find_resource
from ..authz.model import Request
from ..plan.model import RbacRule
from .symptoms_model import Escalation, Forbidden, InvalidRole, MissingRole, NodeRestricted, Symptom
from .symptoms_text import shown, unwrapped

Found = tuple[int, Symptom]
"""Where it is in the text, and what."""
_USER = r'(?:User "(?P<user>[^"]{0,512})" )?'
_WHERE = r'(?: in the namespace "(?P<ns>[^"]{0,253})"| (?P<cluster>at the cluster scope|in the cluster))'
_RESOURCE = re.compile(
    _USER
    + r'cannot (?P<verb>[A-Za-z*-]{1,40}) resource "(?P<resource>[^"]{0,253})" in API group "(?P<group>[^"]{0,253})"'
    + _WHERE
    + "?"
)
_OLD = re.compile(_USER + r"cannot (?P<verb>[a-z*]{1,40}) (?:all )?(?P<resource>[a-z*][a-z0-9*./-]{0,253})" + _WHERE)
_PATH = re.compile(_USER + r'cannot "?(?P<verb>[A-Za-z*]{1,40})"? path "(?P<path>[^"]{1,1024})"')
_OLDEST = re.compile(
    r"the server does not allow access to the requested resource"
    r"(?: \((?P<verb>[a-z]{1,40}) (?P<resource>[a-z0-9./-]{1,253}))?"
)
_NAME = re.compile(r'"([^"]{0,253})" is forbidden: $')
_REASON = re.compile(r"[.]?: (RBAC: .{1,300}|.{0,20}no relationship found.{1,200})")
_ESCALATION = re.compile(
    r'(?:user "(?P<user>[^"]{0,512})" \(groups=\[[^\]]{0,2048}\]\) (?:is )?)?'
    r"attempting to grant RBAC permissions not currently held|attempt to grant extra privileges|"
    r"must have cluster-admin privileges to use (?:the )?aggregationRule"
)
_OLD_USER = re.compile(r"user=&\{([^ }]{1,253}) ")
_WRITTEN = re.compile(r'([a-z.]{0,60}(?:role|rolebinding)s?\.rbac\.authorization\.k8s\.io "[^"]{0,253}") is forbidden')
_RULE = re.compile(r"\{(?:APIGroups|NonResourceURLs|Resources|Verbs):\[[^{}]{0,2000}\}")
_LIST = re.compile(r"(APIGroups|Resources|ResourceNames|NonResourceURLs|Verbs):\[([^\]]{0,1000})\]")
_QUOTED = re.compile(r'"([^"]{0,253})"')
_MISSING = re.compile(r'(?P<kind>clusterrole|role)\.rbac\.authorization\.k8s\.io "(?P<name>[^"]{1,253})" not found')
_MIXED = re.compile(r"rules cannot apply to both regular resources and non-resource URLs")
_NAMESPACED_URL = re.compile(r"namespaced rules cannot apply to non-resource URLs")
_RESTRICTED = re.compile(
    r'node "(?P<node>[^"]{1,253})" (?:is not allowed to|cannot|can only) [a-z ]{1,60}(?:"(?P<other>[^"]{1,253})")?'
)
_MOST = 40


def forbidden_symptoms(text: str) -> Iterator[Found]:
    """Find everything that the API server forbids, in the order of the patterns."""
    for pattern in (_RESOURCE, _OLD, _PATH, _OLDEST):
        for _, match in zip(range(_MOST), pattern.finditer(text), strict=False):
            yield match.start(), _forbidden(text, match)
    for _, match in zip(range(_MOST), _ESCALATION.finditer(text), strict=False):
        yield match.start(), _escalation(text, match)
    for _, match in zip(range(_MOST), _MISSING.finditer(text), strict=False):
        kind = "ClusterRole" if match["kind"] == "clusterrole" else "Role"
        yield match.start(), MissingRole(seen=match[0], kind=kind, name=match["name"])
    for pattern, namespaced in ((_MIXED, False), (_NAMESPACED_URL, True)):
        if invalid := pattern.search(text):
            yield invalid.start(), InvalidRole(seen=invalid[0], namespaced=namespaced)
    if restricted := _RESTRICTED.search(text):
        node, other = restricted["node"], restricted["other"] or ""
        yield restricted.start(), NodeRestricted(seen=restricted[0], node=node, other=other)


def _forbidden(text: str, match: re.Match[str]) -> Forbidden:
    groups = match.groupdict()
    before = text[max(0, match.start() - 300) : match.start()]
    name = named[1] if (named := _NAME.search(before)) else ""
    reason = _REASON.match(text, match.end())
    return Forbidden(
        seen=shown(text, match.start() - len(named[0] if named else ""), match.end()),
        user=groups.get("user"),
        request=_request(groups, name),
        reason=reason[1] if reason else "",
        whole=any(groups.get(key) for key in ("path", "ns", "cluster")),
    )


def _request(groups: dict[str, str | None], name: str) -> Request | None:
    verb = (groups.get("verb") or "").lower()
    if path := groups.get("path"):
        return Request(verb=verb, path=path)
    resource, namespace = unwrapped(groups.get("resource") or ""), unwrapped(groups.get("ns") or "")
    if not resource:
        return None
    plural, _, subresource = resource.partition("/")
    group = groups.get("group")
    if group is None:
        asked = find_resource(resource)
        plural, group, subresource = asked.resource.plural, asked.resource.group, asked.subresource
        # the oldest texts say what kubectl was asked for, and `kubectl get` without a name lists
        verb = "list" if "ns" not in groups and verb == "get" else verb
    return Request(
        verb=verb,
        resource=plural,
        api_group=unwrapped(group),
        subresource=subresource,
        name=name,
        namespace=namespace,
    )


def _escalation(text: str, match: re.Match[str]) -> Escalation:
    near = text[max(0, match.start() - 500) : match.start()]
    after = text[match.end() : match.end() + 4000].split(" is forbidden", 1)[0]
    written = [*_WRITTEN.finditer(near)]
    user = match["user"] or (old[1] if (old := _OLD_USER.search(after)) else "")
    return Escalation(
        seen=shown(text, match.start(), match.end()),
        user=user,
        missing=tuple(_rules(after.split("ownerrules", 1)[0])),
        written=written[-1][1] if written else "",
    )


def _rules(text: str) -> Iterator[RbacRule]:
    for rule in _RULE.findall(text)[:20]:
        parts = {key: tuple(_QUOTED.findall(values)) for key, values in _LIST.findall(rule)}
        if parts.get("Verbs"):
            yield RbacRule(
                verbs=parts["Verbs"],
                api_groups=parts.get("APIGroups", ()),
                resources=parts.get("Resources", ()),
                resource_names=parts.get("ResourceNames", ()),
                non_resource_urls=parts.get("NonResourceURLs", ()),
            )
