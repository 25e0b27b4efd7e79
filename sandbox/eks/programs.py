"""The programs of one cluster, as the EKS API drives them."""

from __future__ import annotations

from typing import Any, Protocol


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

    def start(self, mode: str, *, addons: bool) -> None:
        """Bring the programs up in the background, with the add-ons that EKS installs by itself or without."""

    def stop(self) -> None:
        """Take them down and forget their data."""

    def set_mode(self, mode: str) -> None:
        """Follow a change of the authentication mode."""

    def publish(self, roles: list[dict[str, Any]], users: list[dict[str, Any]]) -> None:
        """Make these mappings the ones in force."""

    def add_to_config_map(self, line: dict[str, Any]) -> None:
        """Put a mapRoles line of EKS's own into aws-auth."""
