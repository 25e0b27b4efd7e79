"""AWS on a bad day: errors that it is told to answer with. None until somebody asks for some (`sandbox.faults`)."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from sandbox.messages import Request, Response, json_response

_XML = (
    '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>{code}</Code>'
    "<Message>{message}</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
)
MESSAGES = {"Throttling": "Rate exceeded", "ThrottlingException": "Rate exceeded"}


@dataclass(slots=True)
class Fault:
    """What fails, how, and how often still."""

    status: int
    code: str
    calls: re.Pattern[str]
    times: int


class Faults:
    """The fault of the day, if there is one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fault: Fault | None = None

    def set(self, told: Mapping[str, Any]) -> None:
        """Make this the fault; one with no `times` ends it."""
        with self._lock:
            times = int(told.get("times", 0))
            self._fault = (
                Fault(int(told["status"]), str(told["code"]), re.compile(told["calls"]), times) if times else None
            )

    def failure(self, service: str, request: Request) -> Response | None:
        """Return the error that a call gets, if it gets one."""
        with self._lock:
            fault = self._fault
            if fault is None or fault.times < 1 or not fault.calls.search(f"{service} {_call(service, request)}"):
                return None
            fault.times -= 1
        message = MESSAGES.get(fault.code, "Service is unable to handle request.")
        if service == "eks":
            body = {"message": message, "__type": fault.code}
            return json_response(body, fault.status, x_amzn_ErrorType=fault.code)
        text = _XML.format(code=fault.code, message=message)
        return Response(fault.status, (("Content-Type", "text/xml"),), text.encode())


def _call(service: str, request: Request) -> str:
    if service == "eks":
        return f"{request.method} {request.path}"
    named = request.query.get("Action") or parse_qs(request.body.decode(errors="replace")).get("Action") or [""]
    return named[0]
