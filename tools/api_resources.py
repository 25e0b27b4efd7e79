"""Make components/eks_access/authz/data/api-resources.json anew from Kubernetes' own discovery documents.

Run with `make api-resources`; needs Go, which fetches the module that they are in.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MODULE, VERSION = "k8s.io/kubernetes", "v1.36.3"
TARGET = Path(__file__).parents[1] / "components" / "eks_access" / "authz" / "data" / "api-resources.json"

Row = dict[str, Any]


def main() -> None:
    """Write one line a resource, so that a change of upstream's reads as one."""
    folder = _module() / "api" / "discovery"
    rows = sorted(_rows(folder), key=lambda row: (row["group"], row["plural"]))
    source = f"{MODULE} {VERSION} api/discovery (api__v1.json, aggregated_v2.json), Apache-2.0"
    lines = ",\n".join(json.dumps(row, separators=(", ", ": ")) for row in rows)
    TARGET.write_text(f'{{"source": {json.dumps(source)},\n"resources": [\n{lines}\n]}}\n')


def _module() -> Path:
    asked = ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603
    return Path(json.loads(done.stdout)["Dir"])


def _rows(folder: Path) -> Iterator[Row]:
    yield from _core(json.loads((folder / "api__v1.json").read_text())["resources"])
    for group in json.loads((folder / "aggregated_v2.json").read_text())["items"]:
        seen: dict[str, Row] = {}
        for version in group["versions"]:  # preferred first; older ones add what only they have
            for resource in version["resources"]:
                row = seen.setdefault(resource["resource"], _row(group["metadata"]["name"], resource))
                row["served"] |= _is_stable(version["version"])
        yield from seen.values()


def _is_stable(version: str) -> bool:
    """Tell a version that is on by default (k8s.io/kubernetes pkg/controlplane/instance.go)."""
    return not ("alpha" in version or "beta" in version)


def _row(group: str, resource: dict[str, Any]) -> Row:
    return {
        "group": group,
        "plural": resource["resource"],
        "singular": resource["singularResource"],
        "kind": resource["responseKind"]["kind"],
        "short": resource.get("shortNames", []),
        "namespaced": resource["scope"] == "Namespaced",
        "served": False,
        "verbs": sorted(resource["verbs"]),
        "subresources": sorted(each["subresource"] for each in resource.get("subresources", [])),
    }


def _core(resources: list[dict[str, Any]]) -> Iterator[Row]:
    rows: dict[str, Row] = {}
    for resource in sorted(resources, key=lambda each: str(each["name"])):
        plural, slash, subresource = resource["name"].partition("/")
        if slash:
            rows[plural]["subresources"].append(subresource)
            continue
        rows[plural] = {
            "group": "",
            "plural": plural,
            "singular": resource["singularName"],
            "kind": resource["kind"],
            "short": resource.get("shortNames", []),
            "namespaced": resource["namespaced"],
            "served": True,
            "verbs": sorted(resource["verbs"]),
            "subresources": [],
        }
    yield from rows.values()


if __name__ == "__main__":
    main()
