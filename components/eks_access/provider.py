"""The components as a provider plugin, so that programs in YAML, TypeScript, Go and other languages can use them.

The wheel installs it as `pulumi-resource-eks-access`, which the engine finds on PATH
(https://www.pulumi.com/docs/iac/guides/building-extending/packages/pulumi-plugin-authors/); from a checkout it is the
plugin in `components/`.
"""

import inspect
import json
import sys
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from typing import Any

import pulumi
from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails
from pulumi.provider import ConstructResult
from pulumi.provider import main as serve
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from .errors import Refused

NAME = "eks-access"
COMPONENTS = ("ClusterAccess", "Developers", "EksCluster", "MetricsAccess", "NodeRole", "Platform", "TeamRbac")


class _Provider(ComponentProvider):
    """Tells refusals as what they are: wrong inputs, which the engine prints without anybody's stack."""

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.RunError):
                raise InputPropertiesError(f"{name} is refused", _details(error.inner)) from error.inner
            raise


def _details(refusal: pulumi.RunError) -> list[InputPropertyErrorDetails]:
    if not isinstance(refusal.__cause__, Refused):
        return [{"property_path": "access", "reason": str(refusal)}]
    # The engine says the path itself.
    return [
        {"property_path": each.path or "access", "reason": str(replace(each, path=""))}
        for each in refusal.__cause__.problems
    ]


def components() -> list[type[pulumi.ComponentResource]]:
    """Return the classes that are offered."""
    package = import_module(__package__)
    return [getattr(package, name) for name in COMPONENTS]


def provider() -> ComponentProvider:
    """Make the provider; its schema is inferred from annotations and docstrings."""
    made = _Provider(components(), NAME, version=version(NAME))
    made.schema = json.dumps(_cleaned(json.loads(made.schema or "{}")), sort_keys=True)
    return made


def schema() -> dict[str, Any]:
    """Infer the package schema that other languages generate their SDKs from."""
    return dict(json.loads(provider().schema or "{}"))


def main() -> None:
    """Serve the engine whose address is the first argument, until it is done.

    With `--schema`, print the package schema instead.
    """
    if sys.argv[1:] == ["--schema"]:
        sys.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")
        return
    serve(provider(), sys.argv[1:])


def _cleaned(node: Any) -> Any:
    """Take the indentation out of descriptions: it is the source's, and no reader's."""
    if isinstance(node, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _cleaned(value)
            for key, value in node.items()
        }
    return [_cleaned(each) for each in node] if isinstance(node, list) else node
