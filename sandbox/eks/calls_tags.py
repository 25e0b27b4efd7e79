"""Tags of what this package keeps; everything else is the emulator's."""

from __future__ import annotations

from sandbox.eks.registry import Answer, Call, Registry, Route, route


def routes(registry: Registry) -> list[Route]:
    """ListTagsForResource, TagResource and UntagResource."""
    calls = TagCalls(registry)
    return [
        route("GET", "/tags/{arn*}", calls.list),
        route("POST", "/tags/{arn*}", calls.tag),
        route("DELETE", "/tags/{arn*}", calls.untag),
    ]


class TagCalls:
    """The same for clusters, access entries, add-ons, node groups and Fargate profiles."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def list(self, call: Call, arn: str) -> Answer:
        """ListTagsForResource."""
        tags = self._find(arn)
        return None if tags is None else {"tags": tags}

    def tag(self, call: Call, arn: str) -> Answer:
        """TagResource."""
        tags = self._find(arn)
        if tags is None:
            return None
        tags.update(call.body.get("tags") or {})
        return {}

    def untag(self, call: Call, arn: str) -> Answer:
        """UntagResource."""
        tags = self._find(arn)
        if tags is None:
            return None
        for key in call.query.get("tagKeys", []):
            tags.pop(key, None)
        return {}

    def _find(self, arn: str) -> dict[str, str] | None:
        for cluster in self._registry.clusters.values():
            if cluster.arn == arn:
                return cluster.tags
            if entry := cluster.entries.by_arn(arn):
                return entry.tags
            kept = (cluster.addons.by_arn(arn), *(children.by_arn(arn) for children in cluster.children.values()))
            if record := next((record for record in kept if record), None):
                tags: dict[str, str] = record["tags"]
                return tags
        return None
