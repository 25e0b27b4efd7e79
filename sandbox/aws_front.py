"""The AWS of a sandbox: an emulator, with a front that does what EKS and STS do and the emulator doesn't.

Each request goes to the emulator first, unchanged: it verifies the signature and asks IAM. Only what it lets pass is
then answered here, so a developer's missing `eks:DescribeCluster` is refused as on AWS.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from sandbox.aws_faults import Faults
from sandbox.eks.errors import EksError
from sandbox.eks.registry import Call
from sandbox.eks.service import EksService
from sandbox.messages import Request, Response, Upstream, json_response
from sandbox.state import DELAYS_PATH, FAULTS_PATH, HEALTH_PATH, POLICY_PATH
from sandbox.sts import as_json, wants_json_identity

REFUSED = (401, 403)


def is_emulator_root(access_key: str) -> bool:
    """Keys which the emulator takes for the account's root without asking for a signature."""
    return access_key == "test" or re.fullmatch(r"\d{12}", access_key) is not None


class AwsFront:
    """Decides for each request who answers it."""

    def __init__(self, upstream: Upstream, eks: EksService, emulated: EmulatedClusters) -> None:
        self._upstream = upstream
        self._eks = eks
        self._emulated = emulated
        self._faults = Faults()

    def answer(self, request: Request) -> Response:
        """Return the answer to one request."""
        path = request.path
        if path == HEALTH_PATH:
            return json_response({"status": "ok"})
        if path.startswith(f"{POLICY_PATH}/"):
            return json_response(self._eks.authorize(path.rpartition("/")[2], request.json()))
        if path == DELAYS_PATH:
            return self._set_delays(request)
        if path == FAULTS_PATH:
            self._faults.set(request.json())
            return json_response({})
        key, service = request.credential
        if is_emulator_root(key) or path.startswith("/_"):
            return error_response(EksError(403, "UnrecognizedClientException",
                                           "The security token included in the request is invalid."))  # fmt: skip
        if failure := self._faults.failure(service, request):
            return failure
        if service == "eks":
            return self._answer_eks(request)
        answer = self._upstream.forward(request)
        if service == "sts" and wants_json_identity(request):
            return as_json(answer)
        return answer

    def _set_delays(self, request: Request) -> Response:
        """Nobody signs this: it is the sandbox's own, on loopback, and lets nobody in."""
        try:
            return json_response(self._eks.delays(request.json()))
        except EksError as error:
            return error_response(error)

    def _answer_eks(self, request: Request) -> Response:
        path = unquote(request.path)
        call = Call(request.method, path, request.query, request.json())
        try:
            # before the emulator changes its own record of the cluster, which would have to be undone
            self._eks.check(call)
            passed_on = self._upstream.forward(request)
            if passed_on.status in REFUSED:
                return passed_on
            if call.creates_cluster:
                return self._create_cluster(call, passed_on)
            answer = self._eks.handle(call)
        except EksError as error:
            return error_response(error)
        return passed_on if answer is None else json_response(answer)

    def _create_cluster(self, call: Call, passed_on: Response) -> Response:
        if passed_on.status >= 400:
            return passed_on
        name = call.body["name"]
        try:
            return json_response(self._eks.handle(replace(call, creator_arn=self._emulated.creator(name))) or {})
        except EksError:
            self._emulated.forget(name)
            raise


class EmulatedClusters:
    """The emulator's own record of each cluster, which its add-ons hang on."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def creator(self, cluster: str) -> str | None:
        """Who just created it: the emulator gives the first access entry to its creator."""
        entries: list[str] = self._client.list_access_entries(clusterName=cluster)["accessEntries"]
        return entries[0] if entries else None

    def forget(self, cluster: str) -> None:
        """Drop the record of a cluster that was refused after all."""
        self._client.delete_cluster(name=cluster)


def error_response(error: EksError) -> Response:
    """Return a refusal as the AWS SDKs read it."""
    return json_response({"message": error.message, "__type": error.code}, error.status, x_amzn_ErrorType=error.code)
