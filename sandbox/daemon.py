"""The process that stays: ``python -m sandbox.daemon --home DIR``. AWS front, emulator, and the clusters made in it."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from sandbox.aws_front import AwsFront, EmulatedClusters
from sandbox.certificates import Authority
from sandbox.controlplane import ControlPlaneSettings
from sandbox.eks.consistency import Delays
from sandbox.eks.network import ClusterNetworks
from sandbox.eks.principals import Principals
from sandbox.eks.registry import Registry
from sandbox.eks.service import EksService
from sandbox.messages import Upstream
from sandbox.network import LOOPBACK, answers
from sandbox.processes import Processes
from sandbox.runtime import ClusterRuntime
from sandbox.state import EMULATOR, POLICY_PATH, PROJECT, SandboxState, load_state
from sandbox.sts_proxy import FrontServer, aws_hosts


def emulator_environment(state: SandboxState) -> dict[str, str]:
    """Run ministack with real IAM decisions, on loopback, without what a sandbox has no use for."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": state.home,
        "TMPDIR": state.home,
        "AUTH": "true",
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(state.emulator_port),
        "PYTHONPATH": str(PROJECT),
        "MINISTACK_ACCOUNT_ID": state.account,
        "MINISTACK_REGION": state.region,
        "AWS_ACCESS_KEY_ID": state.root.access_key,
        "AWS_SECRET_ACCESS_KEY": state.root.secret_key,
        "IOT_MTLS_ENABLED": "0",
        # it would start a k3s of its own for each cluster where Docker is at hand
        "DOCKER_HOST": f"unix://{state.home}/no-docker.sock",
    }


def root_client(state: SandboxState, service: str, port: int) -> Any:
    """Return a boto3 client with the account's root key."""
    return boto3.client(
        service,
        endpoint_url=f"http://{LOOPBACK}:{port}",
        region_name=state.region,
        aws_access_key_id=state.root.access_key,
        aws_secret_access_key=state.root.secret_key,
    )


def authenticator_environment(state: SandboxState) -> Mapping[str, str]:
    """How the authenticator reaches STS and EC2: its STS call only knows AWS's own host names."""
    return {
        "AWS_REGION": state.region,
        "AWS_ENDPOINT_URL": state.aws_endpoint,
        "AWS_ACCESS_KEY_ID": state.root.access_key,
        "AWS_SECRET_ACCESS_KEY": state.root.secret_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HTTPS_PROXY": state.aws_endpoint,
        "NO_PROXY": f"{LOOPBACK},localhost",
        "SSL_CERT_FILE": str(state.authority),
    }


def start_emulator(state: SandboxState, processes: Processes) -> None:
    """Start ministack and wait for it."""
    emulator = processes.start(
        EMULATOR,
        [sys.executable, "-m", "sandbox.emulator"],
        environment=emulator_environment(state),
        address=f"http://{LOOPBACK}:{state.emulator_port}",
    )
    processes.wait(emulator, lambda: answers(state.emulator_port, "/_ministack/health"), seconds=60)


def build_service(state: SandboxState, processes: Processes, settings: ControlPlaneSettings) -> EksService:
    """Return the EKS API with everything it needs."""
    tools = {name: Path(path) for name, path in state.tools.items()}

    def new_runtime(name: str) -> ClusterRuntime:
        return ClusterRuntime(
            name,
            Path(state.home),
            tools=tools,
            processes=processes,
            policy_endpoint=f"{state.aws_endpoint}{POLICY_PATH}",
            authenticator_environment=authenticator_environment(state),
            settings=settings,
        )

    port, delays = state.emulator_port, Delays()
    return EksService(
        Registry(
            principals=Principals(root_client(state, "iam", port), delays),
            networks=ClusterNetworks(root_client(state, "ec2", port)),
            new_runtime=new_runtime,
            arn_base=f"arn:aws:eks:{state.region}:{state.account}",
            issuer_base=f"https://oidc.eks.{state.region}.amazonaws.com/id",
            delays=delays,
        )
    )


def run(home: Path, settings: ControlPlaneSettings) -> None:
    """Serve until told to stop, then stop everything that was started."""
    state = load_state(home)
    if state is None:
        raise SystemExit(f"{home} is not a sandbox's home: start one with `python -m sandbox up`")
    processes = Processes(home)
    authority = Authority(state.authority.parent, "eks-access sandbox AWS")
    start_emulator(state, processes)
    eks = build_service(state, processes, settings)
    emulated = EmulatedClusters(root_client(state, "eks", state.emulator_port))
    front = AwsFront(Upstream(state.emulator_port), eks, emulated)
    server = FrontServer(state.port, front.answer, authority, aws_hosts(state.region))
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, name="front", daemon=True).start()
    logging.info("serving on %s", state.aws_endpoint)
    stop.wait()
    eks.stop()
    server.shutdown()
    processes.stop(EMULATOR)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--cache-seconds", type=int, default=1, help="of API servers; 0 asks anew each time")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = parser.parse_args()
    run(
        options.home,
        ControlPlaneSettings(token_cache_seconds=options.cache_seconds, policy_cache_seconds=options.cache_seconds),
    )


if __name__ == "__main__":
    main()
