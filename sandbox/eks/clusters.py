"""One cluster as the EKS API shows it, with everything that belongs to it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.eks import access_rules as rules
from sandbox.eks.access_entries import CLUSTER_ADMIN, AccessEntries, Entry, now
from sandbox.eks.compute import FARGATE_PROFILES, KINDS, NODE_GROUPS, Children, Kind, entry_type
from sandbox.eks.errors import in_use, invalid_parameter, invalid_request, not_found
from sandbox.eks.mappings import node_line, render
from sandbox.eks.principals import Principal

NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
DEFAULT_VERSION = "1.33"


class Runtime(Protocol):
    """The running half of a cluster."""

    status: str
    failure: str

    @property
    def endpoint(self) -> str:
        """Where the API server listens."""

    @property
    def certificate_authority_data(self) -> str:
        """The cluster's CA, in base64."""

    def start(self, mode: str) -> None:
        """Bring the programs up in the background."""

    def stop(self) -> None:
        """Take them down and forget their data."""

    def set_mode(self, mode: str) -> None:
        """Follow a change of the authentication mode."""

    def publish(self, roles: list[dict[str, Any]], users: list[dict[str, Any]]) -> None:
        """Make these mappings the ones in force."""

    def add_to_config_map(self, line: dict[str, Any]) -> None:
        """Put a mapRoles line of EKS's own into aws-auth."""


def check_new_cluster(body: Mapping[str, Any]) -> None:
    """Refuse what EKS refuses before it makes anything."""
    if not NAME.fullmatch(body.get("name") or ""):
        raise invalid_parameter(f"The cluster name {body.get('name')!r} is invalid: it must match {NAME.pattern}")
    access = body.get("accessConfig") or {}
    rules.check_creation_access(
        access.get("authenticationMode") or rules.CONFIG_MAP,
        access.get("bootstrapClusterCreatorAdminPermissions", True),
    )


class Cluster:
    """Settings, access entries, node groups and updates of one cluster."""

    def __init__(
        self, body: Mapping[str, Any], *, arn: str, network: Mapping[str, Any], issuer: str, creator: Principal | None
    ) -> None:
        access = body.get("accessConfig") or {}
        self.name: str = body["name"]
        self.arn = arn
        self.mode: str = access.get("authenticationMode") or rules.CONFIG_MAP
        self.bootstrap: bool = access.get("bootstrapClusterCreatorAdminPermissions", True)
        self.creator = creator
        self.entries = AccessEntries(self.name, arn)
        self.children = {kind.collection: Children(kind, self.name, arn) for kind in KINDS}
        self.updates: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, str] = dict(body.get("tags") or {})
        self.version: str = body.get("version") or DEFAULT_VERSION
        self.runtime: Runtime | None = None
        self._node_roles: dict[str, tuple[Principal, str]] = {}
        self._record: dict[str, Any] = {
            "createdAt": now(),
            "roleArn": body.get("roleArn", ""),
            "resourcesVpcConfig": dict(network),
            "kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.100.0.0/16", "ipFamily": "ipv4"},
            "logging": body.get("logging") or {"clusterLogging": []},
            "encryptionConfig": body.get("encryptionConfig") or [],
            "upgradePolicy": body.get("upgradePolicy") or {"supportType": "EXTENDED"},
            "deletionProtection": bool(body.get("deletionProtection")),
            "platformVersion": "eks.1",
            "identity": {"oidc": {"issuer": issuer}},
        }
        if creator is not None and self.bootstrap and self.mode != rules.CONFIG_MAP:
            self._make_admin(creator)

    def attach(self, runtime: Runtime) -> None:
        """Give the cluster its programs and start them."""
        self.runtime = runtime
        self.publish()
        runtime.start(self.mode)

    def publish(self) -> None:
        """Bring the authenticator up to date."""
        if self.runtime is not None:
            hidden = self.creator if self.mode == rules.CONFIG_MAP else None
            self.runtime.publish(*render(self.entries, hidden))

    def describe(self) -> dict[str, Any]:
        """Return the cluster as DescribeCluster shows it: endpoint and CA only once there are any."""
        runtime = self.runtime
        status = runtime.status if runtime else "CREATING"
        issues = [{"code": "InternalFailure", "message": runtime.failure}] if runtime and runtime.failure else []
        shown = {
            "name": self.name,
            "arn": self.arn,
            "version": self.version,
            "status": status,
            "tags": self.tags,
            "health": {"issues": issues},
            "accessConfig": {
                "authenticationMode": self.mode,
                "bootstrapClusterCreatorAdminPermissions": self.bootstrap,
            },
            **self._record,
        }
        if runtime is not None and status == "ACTIVE":
            shown["endpoint"] = runtime.endpoint
            shown["certificateAuthority"] = {"data": runtime.certificate_authority_data}
        return shown

    def add_child(self, kind: Kind, body: Mapping[str, Any], role: Principal) -> dict[str, Any]:
        """Record a node group or Fargate profile and let its role in."""
        record = self.children[kind.collection].add(body, self.version)
        self._node_roles[role.arn] = (role, entry_type(kind, record))
        self._admit_nodes()
        self.publish()
        if self.mode == rules.CONFIG_MAP and self.runtime is not None:
            self.runtime.add_to_config_map(node_line(role, entry_type(kind, record)))
        return record

    def update_config(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateClusterConfig: one kind of change at a time, in force at once."""
        mode = (body.get("accessConfig") or {}).get("authenticationMode")
        if mode:
            rules.check_mode_step(self.mode, mode)
            self._change_mode(mode)
            return self._updated("AccessConfigUpdate", "AuthenticationMode", mode)
        for key, kind in (("logging", "LoggingUpdate"), ("resourcesVpcConfig", "VpcConfigUpdate")):
            if body.get(key):
                self._record[key] = {**self._record[key], **body[key]}
                return self._updated(kind, "ClusterLogging" if key == "logging" else "PublicAccessCidrs", "")
        for key in ("upgradePolicy", "deletionProtection"):
            if key in body:
                self._record[key] = body[key]
                return self._updated("UpgradePolicyUpdate", "UpgradePolicy", str(body[key]))
        raise invalid_parameter("No changes needed for the cluster: no setting to update was given.")

    def update_version(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateClusterVersion: a record only, the programs stay what they are."""
        self.version = body.get("version") or self.version
        return self._updated("VersionUpdate", "Version", self.version)

    def update_child(self, collection: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateNodegroupConfig and UpdateNodegroupVersion."""
        self.children[collection].update(name, body)
        return self._updated("ConfigUpdate", "DesiredSize", "")

    def get_update(self, update_id: str) -> dict[str, Any]:
        """DescribeUpdate."""
        if update_id not in self.updates:
            raise not_found(f"No update found for ID: {update_id}")
        return self.updates[update_id]

    def require_active(self) -> None:
        """Refuse what EKS refuses while a cluster is made or taken down."""
        status = self.runtime.status if self.runtime else "CREATING"
        if status != "ACTIVE":
            raise invalid_request(f"Cluster '{self.name}' is not in ACTIVE status, it is {status}")

    def check_deletable(self) -> None:
        """EKS deletes a cluster only after what runs in it."""
        for kind, what in ((NODE_GROUPS, "nodegroups"), (FARGATE_PROFILES, "Fargate profiles")):
            if self.children[kind.collection].names():
                raise in_use(f"Cluster has {what} attached")

    def _change_mode(self, mode: str) -> None:
        if mode == "API_AND_CONFIG_MAP" and self.creator is not None and not self.entries.has(self.creator.arn):
            self._make_admin(self.creator)
        self.mode = mode
        self._admit_nodes()
        self.publish()
        if self.runtime is not None:
            self.runtime.set_mode(mode)

    def _admit_nodes(self) -> None:
        """Make the entries EKS makes for node roles in the entry modes; those that exist are left alone."""
        for role, type_ in self._node_roles.values():
            if self.mode in rules.ENTRY_MODES and not self.entries.has(role.arn):
                self.entries.add(role, type_)

    def _make_admin(self, principal: Principal) -> Entry:
        entry = self.entries.add(principal)
        partition = self.arn.split(":")[1]
        policy = f"arn:{partition}:eks::aws:cluster-access-policy/{CLUSTER_ADMIN}"
        self.entries.associate(principal.arn, policy, "cluster", ())
        return entry

    def _updated(self, kind: str, parameter: str, value: str) -> dict[str, Any]:
        update_id = str(uuid.uuid4())
        self.updates[update_id] = {
            "id": update_id,
            "status": "Successful",
            "type": kind,
            "params": [{"type": parameter, "value": value}],
            "createdAt": now(),
            "errors": [],
        }
        return self.updates[update_id]
