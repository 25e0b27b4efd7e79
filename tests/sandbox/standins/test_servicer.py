"""The service that the engine sees, over a real connection, with a handler that keeps what it is given."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.standins.provider import Provider
from sandbox.standins.resource import UNKNOWN, Diff, Failure, Instance, PartialFailure, Secret, State
from sandbox.standins.servicer import Servicer
from sandbox.standins.values import decode, encode

URN = "urn:pulumi:dev::project::eks:index:Cluster$toy:index:Thing::one"


class Thing:
    """A resource whose inputs are its outputs, and that fails where an input says so."""

    secret_outputs = ("token",)

    def __init__(self, owner: str) -> None:
        self._owner = owner

    def check(self, urn: str, news: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
        if "bad" in news:
            raise Failure("no such thing; write a good one", "bad")
        return {"kind": "plain"} | news

    def diff(self, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], news: dict[str, Any]) -> Diff:
        return Diff(("size",), ("size",), delete_before_replace=True) if old_inputs != news else Diff()

    def create(self, urn: str, inputs: dict[str, Any], preview: bool) -> State:
        if "fail" in inputs:
            raise Failure("quota reached")
        if "break" in inputs:
            raise ZeroDivisionError("by nothing")
        made = State("id-1", inputs | {"owner": self._owner, "token": "t", "at": UNKNOWN if preview else "now"})
        if "half" in inputs:
            raise PartialFailure("made, but never ready", made)
        return made

    def read(self, id: str, inputs: dict[str, Any]) -> State | None:
        return None if id == "gone" else State(id, {"size": 1}, None)

    def update(self, id: str, old_outputs: dict[str, Any], inputs: dict[str, Any], preview: bool) -> dict[str, Any]:
        return old_outputs | inputs

    def delete(self, id: str, outputs: dict[str, Any]) -> None:
        raise Failure(f"{id} is in use")


def configure(config: dict[str, Any]) -> Instance:
    resources = {"toy:index:Thing": Thing(config.get("owner", "nobody"))}
    return Instance(resources.__getitem__, {"toy:index:echo": lambda args, preview: {"args": args, "preview": preview}})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The service on a free port, in an event loop of its own."""
    loop, started = asyncio.new_event_loop(), threading.Event()
    place: list[str] = []

    async def run(stop: asyncio.Event) -> None:
        server = grpc.aio.server()
        provider = Provider(name="toy", version="1.2.3", configure=configure)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider), server)
        place.append(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
        await server.start()
        started.set()
        await stop.wait()
        await server.stop(None)

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(stop),))
    thread.start()
    started.wait()
    yield place[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


@pytest.fixture
def engine(address: str) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """A connection of one provider instance, configured."""
    with connection(address) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Configure(provider_pb2.ConfigureRequest(args=encode({"owner": "me"})))
        yield stub


def connection(address: str) -> grpc.Channel:
    # A pool of its own, since channels to one address would otherwise share a connection, which the engine's never do.
    return grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])


def created(engine: Any, preview: bool = False, **inputs: Any) -> dict[str, Any]:
    request = provider_pb2.CreateRequest(urn=URN, properties=encode(inputs), preview=preview)
    return decode(engine.Create(request).properties)


def refused(engine: Any, **inputs: Any) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        created(engine, **inputs)
    return caught.value


def test_a_refused_input_is_a_check_failure(engine: Any) -> None:
    response = engine.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"bad": 1})))
    assert [(failure.property, failure.reason) for failure in response.failures] == [
        ("bad", "no such thing; write a good one")
    ]


def test_checked_inputs_keep_their_secrets_and_unknowns(engine: Any) -> None:
    news = {"password": Secret("p"), "later": UNKNOWN, "deep": [{"key": Secret("k")}]}
    response = engine.Check(provider_pb2.CheckRequest(urn=URN, news=encode(news)))
    assert decode(response.inputs) == news | {"kind": "plain"}


def test_outputs_are_secret_where_inputs_were_and_where_the_type_says(engine: Any) -> None:
    assert created(engine, password=Secret("p"), size=1) == {
        "password": Secret("p"),
        "size": 1,
        "owner": "me",
        "token": Secret("t"),
        "at": "now",
    }


def test_a_preview_has_no_id_and_may_have_unknowns(engine: Any) -> None:
    response = engine.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({}), preview=True))
    assert response.id == ""
    assert decode(response.properties)["at"] is UNKNOWN


def test_a_failure_is_its_message_alone(engine: Any) -> None:
    error = refused(engine, fail=True)
    assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, "quota reached")


def test_what_nobody_expected_is_its_type_and_message_with_the_traceback_in_the_log(
    engine: Any, caplog: pytest.LogCaptureFixture
) -> None:
    error = refused(engine, **{"break": True})
    assert (error.code(), error.details()) == (grpc.StatusCode.INTERNAL, "ZeroDivisionError: by nothing")
    assert "Traceback" in caplog.text


def test_what_was_half_made_is_told_to_the_engine(engine: Any) -> None:
    error = refused(engine, half=True)
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("id-1", ["made, but never ready"])


def test_an_unknown_type_names_the_way_out(engine: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        engine.Create(provider_pb2.CreateRequest(urn=URN.replace("Thing", "Other")))
    assert "toy:index:Other" in caught.value.details()
    assert "pulumi plugin install" in caught.value.details()


def test_a_difference_is_told_in_the_engines_words(engine: Any) -> None:
    request = provider_pb2.DiffRequest(urn=URN, old_inputs=encode({"size": 1}), news=encode({"size": 2}))
    response = engine.Diff(request)
    assert (list(response.replaces), response.deleteBeforeReplace) == (["size"], True)
    assert engine.Diff(provider_pb2.DiffRequest(urn=URN)).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_read_keeps_inputs_and_internal_state_and_tells_what_is_gone(engine: Any) -> None:
    before = provider_pb2.ReadRequest(
        id="x", urn=URN, inputs=encode({"size": Secret(1)}), properties=encode({"__manager": "m", "size": 3})
    )
    response = engine.Read(before)
    assert decode(response.properties) == {"__manager": "m", "size": Secret(1)}
    assert decode(response.inputs) == {"size": Secret(1)}
    assert engine.Read(provider_pb2.ReadRequest(id="gone", urn=URN)).id == ""


def test_update_delete_and_functions_reach_the_handler(engine: Any) -> None:
    update = provider_pb2.UpdateRequest(id="x", urn=URN, olds=encode({"a": 1}), news=encode({"b": Secret(2)}))
    assert decode(engine.Update(update).properties) == {"a": 1, "b": Secret(2)}
    with pytest.raises(grpc.RpcError, match="x is in use"):
        engine.Delete(provider_pb2.DeleteRequest(id="x", urn=URN))
    invoke = engine.Invoke(provider_pb2.InvokeRequest(tok="toy:index:echo", args=encode({"a": 1}), preview=True))
    assert decode(getattr(invoke, "return")) == {"args": {"a": 1}, "preview": True}
    with pytest.raises(grpc.RpcError, match="no function toy:index:other"):
        engine.Invoke(provider_pb2.InvokeRequest(tok="toy:index:other"))


def test_each_connection_is_a_provider_instance_of_its_own(engine: Any, address: str) -> None:
    with connection(address) as channel:
        other = provider_pb2_grpc.ResourceProviderStub(channel)
        with pytest.raises(grpc.RpcError, match="before it was configured"):
            created(other)
        other.Configure(provider_pb2.ConfigureRequest(variables={"toy:config:owner": "you"}))
        assert created(other)["owner"] == "you"
    assert created(engine)["owner"] == "me"
