"""Golden files: one readable YAML file a view, in expected/<test module>/<view>.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation


class _Readable(yaml.SafeDumper):
    """Several lines as a block, so that a diff shows the line that changed."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _text)


class GoldenYaml(SingleFileSnapshotExtension):
    """Takes plain data; the file is named as the parameters of the test."""

    _write_mode = WriteMode.TEXT
    file_extension = "yaml"

    def serialize(self, data: Any, **_: Any) -> str:
        dumped: str = yaml.dump(data, Dumper=_Readable, sort_keys=False, width=120, allow_unicode=True)
        return dumped

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(Path(test_location.filepath).parent / "expected" / test_location.basename)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: object = 0) -> str:
        return _parameters(test_location)

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        file = Path(snapshot_location)
        return file.stem == _parameters(test_location) and file.parent.name == test_location.basename


def _parameters(test_location: PyTestLocation) -> str:
    return test_location.snapshot_name.partition("[")[2].removesuffix("]")


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(GoldenYaml)
