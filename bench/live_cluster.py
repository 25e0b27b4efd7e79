"""A real cluster that holds a made-up company's RBAC, and a dump of it as kubectl prints one."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from eks_access.authz.model import Identity, Request

from sandbox.environment import Sandbox
from tests.conformance.api_server import RBAC, ApiServer, collection, in_parallel
from tests.sandbox.logins import Account, Cluster

from .distant import distant
from .rbac_cluster import Company, Document

NAME = "bench"
ACCOUNT = "111122223333"
_LISTS = tuple(f"{RBAC}/{kind}" for kind in ("clusterroles", "clusterrolebindings", "roles", "rolebindings"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCluster:
    """A running cluster, ready to be asked."""

    api: ApiServer
    kubeconfig: Path
    """Of an admin with a certificate, whom EKS doesn't have."""
    dump: Path
    """Everything that decides about access, as ``kubectl get … -A -o json`` prints it."""
    documents: list[Document]
    """The same, read."""
    env: Mapping[str, str]
    """Of who made it and comes in by AWS: `aws eks get-token` and a kubeconfig that calls it."""

    @contextmanager
    def from_afar(self, round_trip: float) -> Iterator[Path]:
        """Lead to it over a line that takes its time: the kubeconfig of that."""
        content = yaml.safe_load(self.kubeconfig.read_text())
        cluster = content["clusters"][0]["cluster"]
        port = urlsplit(cluster["server"]).port
        assert port is not None
        with distant(port, round_trip) as further:
            cluster["server"] = f"https://127.0.0.1:{further}"
            file = self.kubeconfig.with_name("kubeconfig-from-afar")
            file.write_text(yaml.safe_dump(content))
            file.chmod(0o600)
            yield file


@contextmanager
def live_cluster(made: Company) -> Iterator[LiveCluster]:
    """Start a cluster of the sandbox's EKS, load it, dump it; stop everything in the end."""
    with tempfile.TemporaryDirectory(prefix="eks-access-bench-") as folder:
        home = Path(folder)
        sandbox = Sandbox(home / "sandbox")
        try:
            sandbox.up()
            cluster = Cluster.made(Account(sandbox), NAME, "CONFIG_MAP")
            cluster.write_context()
            kubeconfig = Path(cluster.kubeconfig)
            api = ApiServer(kubeconfig)
            _load(api, [*made.documents(), _aws_auth(made)])
            _settled(api, made)
            dump = home / "dump.json"
            items = _dumped(api)
            dump.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=4))
            yield LiveCluster(api=api, kubeconfig=kubeconfig, dump=dump, documents=items, env=sandbox.env())
            api.close()
        finally:
            sandbox.down()


def _aws_auth(made: Company) -> Document:
    """Map everybody as an IAM user, as such clusters did before access entries."""
    lines = [
        {"userarn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "username": name, "groups": list(groups)}
        for name, groups in made.people.items()
    ]
    metadata = {"name": "aws-auth", "namespace": "kube-system"}
    data = {"mapUsers": yaml.safe_dump(lines, sort_keys=False)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _load(api: ApiServer, documents: list[Document]) -> None:
    spaces = [each for each in documents if each["kind"] == "Namespace"]
    for some in (spaces, [each for each in documents if each["kind"] != "Namespace"]):
        for answer in in_parallel(lambda each: api.call("POST", _path(each), each), some):
            if answer.status != 201:
                raise RuntimeError(f"the API server refused an object of the bench: {answer}")


def _path(document: Document) -> str:
    match document["kind"]:
        case "Namespace":
            return "/api/v1/namespaces"
        case "ConfigMap":
            return f"/api/v1/namespaces/{document['metadata']['namespace']}/configmaps"
    return collection(document)


def _settled(api: ApiServer, made: Company) -> None:
    """Wait until the authorizer's informers have seen the last object, which a probe of our own tells."""
    name = next(iter(made.people))
    probe: dict[str, Any] = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "bench-probe"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:discovery"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "bench-probe"}],
    }
    api.create(probe)
    request = Request(verb="get", path="/version")
    until = time.monotonic() + 60
    while not api.review(Identity(username="bench-probe"), request)["allowed"]:
        if time.monotonic() > until:
            raise RuntimeError(f"the authorizer has not seen what was bound, {name} and all others")
        time.sleep(0.2)
    api.call("DELETE", f"{RBAC}/clusterrolebindings/bench-probe")


def _dumped(api: ApiServer) -> list[Document]:
    """List everything as kubectl shows it: each with its kind, without managed fields."""
    found = []
    for path in (*_LISTS, "/api/v1/namespaces"):
        answer = api.call("GET", path).body
        kind = {"apiVersion": answer["apiVersion"], "kind": answer["kind"].removesuffix("List")}
        found += [kind | item for item in answer["items"]]
    config_map = api.call("GET", "/api/v1/namespaces/kube-system/configmaps/aws-auth").body
    for item in (*found, config_map):
        item["metadata"].pop("managedFields", None)
    return [*found, config_map]
