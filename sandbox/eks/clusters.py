"""One cluster as the EKS API shows it, with everything that belongs to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.eks import access_rules as rules
from sandbox.eks import settings as choices
from sandbox.eks.access_entries import CLUSTER_ADMIN, AccessEntries, now
from sandbox.eks.addons import Addons
from sandbox.eks.compute import FARGATE_PROFILES, KINDS, NODE_GROUPS, Children, Kind, entry_type
from sandbox.eks.consistency import Delays, InForce, Mappings
from sandbox.eks.errors import in_use, invalid_request, not_found
from sandbox.eks.mappings import node_line, render
from sandbox.eks.principals import Principal
from sandbox.eks.programs import Runtime

DEFAULT_VERSION = "1.33"
OWN_POLICIES = tuple(
    f"AmazonEKS{part}{kind}Policy"
    for part in ("BlockStorage", "Compute", "LoadBalancing", "Networking")
    for kind in ("", "Cluster")
)
"""What EKS gives the cluster's own role when Auto Mode is on."""


class Cluster:
    """Settings, access entries, node groups and updates of one cluster."""

    def __init__(
        self,
        body: Mapping[str, Any],
        *,
        arn: str,
        network: Mapping[str, Any],
        issuer: str,
        creator: Principal | None,
        delays: Delays | None = None,
    ) -> None:
        access = body.get("accessConfig") or {}
        self.name: str = body["name"]
        self.arn = arn
        self.mode: str = access.get("authenticationMode") or rules.CONFIG_MAP
        self.bootstrap: bool = access.get("bootstrapClusterCreatorAdminPermissions", True)
        self.creator = creator
        self.entries = AccessEntries(self.name, arn)
        self.addons = Addons(self.name, arn)
        self.children = {kind.collection: Children(kind, self.name, arn) for kind in KINDS}
        self.updates: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, str] = dict(body.get("tags") or {})
        self.version: str = body.get("version") or DEFAULT_VERSION
        self.runtime: Runtime | None = None
        self._own_addons: bool = body.get("bootstrapSelfManagedAddons", True)
        self._node_roles: dict[str, tuple[Principal, str]] = {}
        self.settings = choices.initial(body)
        self.settings["resourcesVpcConfig"] = dict(network)
        self.settings["identity"] = {"oidc": {"issuer": issuer}}
        self.in_force = InForce(delays or Delays())
        if creator is not None and self.bootstrap and self.mode != rules.CONFIG_MAP:
            self._make_admin(creator)

    def attach(self, runtime: Runtime) -> None:
        """Give the cluster its programs and start them."""
        self.runtime = runtime
        self.publish(now=True)
        runtime.start(self.mode, addons=self._own_addons)

    def publish(self, *, now: bool = False) -> None:
        """Let authenticator and authorizer follow; with a delay, unless it is for now."""
        if self.runtime is None:
            return
        runtime = self.runtime

        def tell(mappings: Mappings) -> None:
            runtime.publish(*mappings)

        hidden = self.creator if self.mode == rules.CONFIG_MAP else None
        associations = tuple(self.entries.associations()) if self.mode in rules.ENTRY_MODES else ()
        self.in_force.follow(tell, render(self.entries, hidden), associations, now=now)

    def stop(self) -> None:
        """Take the programs down."""
        self.in_force.close()
        if self.runtime is not None:
            self.runtime.stop()

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
            **self.settings,
        }
        if runtime is not None and status == "ACTIVE":
            shown["endpoint"] = runtime.endpoint
            shown["certificateAuthority"] = {"data": runtime.certificate_authority_data}
        return shown

    def add_child(self, kind: Kind, body: Mapping[str, Any], role: Principal) -> dict[str, Any]:
        """Record a node group or Fargate profile and let its role in."""
        record = self.children[kind.collection].add(body, self.version)
        type_ = entry_type(kind, record)
        self._node_roles[role.arn] = (role, type_)
        if self.mode in rules.ENTRY_MODES:
            self._admit_node(role, type_)
            self.publish()
        elif self.runtime is not None:
            self.runtime.add_to_config_map(node_line(role, type_))
        return record

    def update_config(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateClusterConfig: one kind of change at a time, in force at once."""
        mode = (body.get("accessConfig") or {}).get("authenticationMode")
        if mode:
            rules.check_mode_step(self.mode, mode)
            self._change_mode(mode)
            return self._updated("AccessConfigUpdate", [{"type": "AuthenticationMode", "value": mode}])
        self.settings, kind, parameters = choices.changed(self.settings, body, self.mode)
        return self._updated(kind, parameters)

    def admit_auto_mode(self, node: Principal | None, service: Principal | None) -> None:
        """Make the entries that Auto Mode comes with: of the built-in pools' nodes and of the cluster's own role."""
        if service is not None and not self.entries.has(service.arn):
            self.entries.add(service)
            for name in OWN_POLICIES:
                self.entries.grant(service.arn, self._policy(name))
        if node is not None and not self.entries.has(node.arn):
            self.entries.add(node, "EC2")
            self.entries.grant(node.arn, self._policy("AmazonEKSAutoNodePolicy"))
        self.publish()

    def update_version(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateClusterVersion: a record only, the programs stay what they are."""
        self.version = body.get("version") or self.version
        return self._updated("VersionUpdate", [{"type": "Version", "value": self.version}])

    def update_child(self, collection: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateNodegroupConfig and UpdateNodegroupVersion."""
        self.children[collection].update(name, body)
        return self._updated("ConfigUpdate", [{"type": "DesiredSize", "value": ""}])

    def update_addon(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateAddon."""
        version = self.addons.update(name, body)["addonVersion"]
        return self._updated("AddonUpdate", [{"type": "AddonVersion", "value": version}])

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
        """EKS deletes a cluster only after what runs in it, and an active one only unprotected."""
        active = self.runtime is not None and self.runtime.status == "ACTIVE"
        if active and self.settings["deletionProtection"]:
            raise invalid_request(
                f"Cluster {self.name} has deletion protection enabled; disable it to delete the cluster"
            )
        for kind, what in ((NODE_GROUPS, "nodegroups"), (FARGATE_PROFILES, "Fargate profiles")):
            if self.children[kind.collection].names():
                raise in_use(f"Cluster has {what} attached")

    def _change_mode(self, mode: str) -> None:
        if mode == "API_AND_CONFIG_MAP" and self.creator is not None and not self.entries.has(self.creator.arn):
            self._make_admin(self.creator)
        self.mode = mode
        for role, type_ in self._node_roles.values():
            self._admit_node(role, type_)
        self.publish()
        if self.runtime is not None:
            self.runtime.set_mode(mode)

    def _admit_node(self, role: Principal, type_: str) -> None:
        """Make the entry that EKS makes for a node role in the entry modes; one that exists is left alone."""
        if not self.entries.has(role.arn):
            self.entries.add(role, type_)

    def _make_admin(self, principal: Principal) -> None:
        self.entries.add(principal)
        self.entries.grant(principal.arn, self._policy(CLUSTER_ADMIN))

    def _policy(self, name: str) -> str:
        return f"arn:{self.arn.split(':')[1]}:eks::aws:cluster-access-policy/{name}"

    def _updated(self, kind: str, parameters: list[dict[str, str]]) -> dict[str, Any]:
        update_id = str(uuid.uuid4())
        self.updates[update_id] = {
            "id": update_id,
            "status": "Successful",
            "type": kind,
            "params": parameters,
            "createdAt": now(),
            "errors": [],
        }
        return self.updates[update_id]
