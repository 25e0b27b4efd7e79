"""Make components/eks_access/authz/data/bootstrap-<minor>.json anew: the roles that every API server creates by itself.

Run with `make bootstrap-roles`; needs Go, which fetches the modules that they are in (their tests' own expectations).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

MODULE = "k8s.io/kubernetes"
FOLDER = "plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata"
FILES = (
    "cluster-roles.yaml",
    "controller-roles.yaml",
    "namespace-roles.yaml",
    "cluster-role-bindings.yaml",
    "controller-role-bindings.yaml",
    "namespace-role-bindings.yaml",
)
VERSIONS = (
    "v1.29.15",
    "v1.30.14",
    "v1.31.14",
    "v1.32.13",
    "v1.33.13",
    "v1.34.4",
    "v1.35.4",
    "v1.36.3",
    "v1.37.2",
)
"""One patch of each minor that EKS runs, ran, or will run."""
DATA = Path(__file__).parents[1] / "components" / "eks_access" / "authz" / "data"

Document = dict[str, Any]


def main() -> None:
    """Write one line an object, so that a change of upstream's reads as one."""
    for version in VERSIONS:
        folder = _module(version) / FOLDER
        lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in _objects(folder))
        source = f"{MODULE} {version} {FOLDER}/{{{','.join(FILES)}}}, Apache-2.0"
        minor = version.removeprefix("v").rpartition(".")[0]
        target = DATA / f"bootstrap-{minor}.json"
        target.write_text(f'{{"source": {json.dumps(source)},\n"items": [\n{lines}\n]}}\n')


def _module(version: str) -> Path:
    asked = ["go", "mod", "download", "-json", f"{MODULE}@{version}"]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603
    return Path(json.loads(done.stdout)["Dir"])


def _objects(folder: Path) -> Iterator[Document]:
    for name in FILES:
        for item in yaml.safe_load((folder / name).read_text())["items"]:
            yield _what_decides(item)


def _what_decides(item: Document) -> Document:
    """Leave out what only the API server's own reconciliation looks at, such as the annotation `autoupdate`."""
    metadata = {key: item["metadata"][key] for key in ("name", "namespace", "labels") if key in item["metadata"]}
    kept = {key: item[key] for key in ("aggregationRule", "rules", "roleRef", "subjects") if item.get(key)}
    return {"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": metadata, **kept}


if __name__ == "__main__":
    main()
