"""The stand-in for the `aws` provider: a table of resource types over boto3, against an emulator of AWS.

It speaks to whatever `AWS_ENDPOINT_URL` or the provider's `endpoints` name. It is meant for the sandbox: what it
doesn't implement it refuses by name, so that nobody takes its silence for support.
"""

from __future__ import annotations

from typing import Any, Final

from sandbox.standins.aws.functions import functions
from sandbox.standins.aws.handler import TableResource
from sandbox.standins.aws.session import Session
from sandbox.standins.aws.tables import TABLE
from sandbox.standins.provider import Provider
from sandbox.standins.resource import Instance, ResourceHandler

VERSION: Final = "7.51.1"


def configure(config: dict[str, Any]) -> Instance:
    """Return a configured provider; refuses credentials of an account that isn't allowed."""
    session = Session(config)
    session.verify_account()
    handlers: dict[str, ResourceHandler] = {}

    def resources(token: str) -> ResourceHandler:
        if token not in handlers:
            handlers[token] = TableResource(TABLE[token], session)
        return handlers[token]

    return Instance(resources, functions(session))


PROVIDER: Final = Provider("aws", VERSION, configure)
