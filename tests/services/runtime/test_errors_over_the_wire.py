"""An error that a service raises is the error that its client raises; a fault of our own tells nobody anything."""

import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from google.rpc import error_details_pb2, status_pb2

from services.core.errors import (
    AlreadyExists,
    FailedPrecondition,
    FieldViolation,
    InvalidInput,
    NotFound,
    PermissionDenied,
    RevisionExpired,
    StaleEtag,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnderstudyError,
)
from services.wire.errors import BY_ERROR, TABLE
from tests.services.runtime.echo import Echo, EchoClient, method_of
from tests.services.serving import AS_SERVICE, Keys, Target, serving

ERRORS = (
    InvalidInput([FieldViolation(field="item[3].name", problem="is empty.", remedy="Name it.")]),
    NotFound("mock", "shop"),
    AlreadyExists("collection", "c1"),
    StaleEtag(),
    FailedPrecondition("It is published."),
    Unauthenticated(),
    PermissionDenied("This needs the role editor."),
    TooLarge("100 MB is the most."),
    RevisionExpired(),
    Unavailable("The database cannot be reached."),
)


class Raising:
    """Makes every method of the echo service raise an error, and counts how often it was asked."""

    def __init__(self, error: Exception, *, after: int = 0) -> None:
        self.error = error
        self.after = after
        self.attempts = 0

    async def say(self, _text: str) -> str:
        self.attempts += 1
        raise self.error

    async def count(self, _text: str) -> AsyncIterator[str]:
        for number in range(self.after):
            yield str(number)
        raise self.error

    @property
    def echo(self) -> Echo:
        return Echo(say=self.say, count=self.count)


def client_of(target: Target) -> EchoClient:
    return EchoClient(target.channel, AS_SERVICE)


def test_every_error_of_the_table_is_tried() -> None:
    assert [row.error for row in TABLE] == [type(error) for error in ERRORS]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_an_error_arrives_as_itself_from_every_kind_of_method(error: UnderstudyError) -> None:
    async with serving([Raising(error).echo.service], keys=Keys()) as target:
        client = client_of(target)
        for call in (client.say("x"), client.collect("x", "y"), anext(client.count("1")), anext(client.chat("1"))):
            with pytest.raises(type(error)) as raised:
                await call

            assert type(error) is type(raised.value)
            assert error.message == raised.value.message


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_an_error_has_the_code_and_the_reason_of_its_row(error: UnderstudyError) -> None:
    async with serving([Raising(error).echo.service], keys=Keys()) as target:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await method_of(target.channel, "Say")(StringValue(), metadata=AS_SERVICE)

    row = BY_ERROR[type(error)]
    info = error_info_of(failed.value)
    assert row.code is failed.value.code()
    assert error.message == failed.value.details()
    assert info.domain == "understudy"
    assert row.error.__name__ == "".join(word.capitalize() for word in info.reason.split("_"))


def status_of(failure: grpc.aio.AioRpcError) -> status_pb2.Status:
    details = dict(failure.trailing_metadata())["grpc-status-details-bin"]
    assert isinstance(details, bytes)
    return status_pb2.Status.FromString(details)


def error_info_of(failure: grpc.aio.AioRpcError) -> error_details_pb2.ErrorInfo:
    info = error_details_pb2.ErrorInfo()
    assert status_of(failure).details[0].Unpack(info)
    return info


async def test_each_field_that_is_wrong_arrives_with_its_problem_and_remedy() -> None:
    error = InvalidInput(
        [
            FieldViolation(field="item[3].name", problem="is empty.", remedy="Name it."),
            FieldViolation(field="info.schema", problem="is unknown."),
        ]
    )
    async with serving([Raising(error).echo.service], keys=Keys()) as target:
        with pytest.raises(InvalidInput) as raised:
            await client_of(target).say("x")

    assert [
        FieldViolation(field="item[3].name", problem="is empty. Name it."),
        FieldViolation(field="info.schema", problem="is unknown."),
    ] == list(raised.value.violations)


async def test_a_thing_that_is_missing_arrives_with_its_kind_and_identity() -> None:
    async with serving([Raising(NotFound("mock", "shop")).echo.service], keys=Keys()) as target:
        with pytest.raises(NotFound) as raised:
            await client_of(target).say("x")

    assert (raised.value.kind, raised.value.identity) == ("mock", "shop")


async def test_an_error_full_of_hostile_input_still_arrives_cut_and_printable() -> None:
    hostile = "\0\n\ud800\x7f" + "ü" * 10_000
    error = InvalidInput([FieldViolation(field=hostile, problem=hostile, remedy=hostile)] * 500)
    async with serving([Raising(error).echo.service], keys=Keys()) as target:
        with pytest.raises(InvalidInput) as raised:
            await client_of(target).say("x")

    assert len(raised.value.violations) == 6
    assert all(violation.field.startswith("\ufffd" * 4) for violation in raised.value.violations)
    assert all(len(violation.problem.encode()) <= 300 for violation in raised.value.violations)
    assert raised.value.message.isprintable()


async def test_of_many_violations_the_first_twenty_arrive() -> None:
    error = InvalidInput([FieldViolation(field=f"entries[{place}].id", problem="is missing.") for place in range(500)])
    async with serving([Raising(error).echo.service], keys=Keys()) as target:
        with pytest.raises(InvalidInput) as raised:
            await client_of(target).say("x")

    assert error.violations[:20] == raised.value.violations


@pytest.mark.parametrize("error", [ZeroDivisionError("the secret"), UnderstudyError("the secret")])
async def test_a_fault_of_our_own_is_logged_and_leaves_without_a_word(
    error: Exception, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving([Raising(error).echo.service], keys=Keys()) as target:
        client = client_of(target)
        with caplog.at_level(logging.ERROR):
            for call in (client.say("x"), anext(client.count("1"))):
                with pytest.raises(UnderstudyError) as raised:
                    await call

                assert type(raised.value) is UnderstudyError
                assert raised.value.message == "The service has a fault; its log has the details."
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await method_of(target.channel, "Say")(StringValue(), metadata=AS_SERVICE)

    assert failed.value.code() is grpc.StatusCode.INTERNAL
    assert b"the secret" not in status_of(failed.value).SerializeToString()
    assert "the secret" in caplog.text + "".join(capsys.readouterr())


async def test_what_a_stream_sent_before_it_failed_arrives_before_its_error() -> None:
    async with serving([Raising(RevisionExpired(), after=3).echo.service], keys=Keys()) as target:
        counting = client_of(target).count("1")

        assert ["0", "1", "2"] == [await anext(counting) for _ in range(3)]
        with pytest.raises(RevisionExpired):
            await anext(counting)


async def test_a_failure_of_another_service_is_passed_on_as_what_it_is() -> None:
    async with serving([Raising(NotFound("mock", "shop")).echo.service], keys=Keys()) as behind:

        async def ask_behind(text: str) -> str:
            return str(await method_of(behind.channel, "Say")(StringValue(value=text), metadata=AS_SERVICE))

        async with serving([Echo(say=ask_behind).service], keys=Keys()) as target:
            with pytest.raises(NotFound) as raised:
                await client_of(target).say("x")

    assert (raised.value.kind, raised.value.identity) == ("mock", "shop")


@pytest.mark.parametrize(("error", "attempts"), [(Unavailable(), 4), (StaleEtag(), 1), (NotFound("mock", "x"), 1)])
async def test_only_what_is_unavailable_is_asked_for_again(error: UnderstudyError, attempts: int) -> None:
    raising = Raising(error)
    async with serving([raising.echo.service], keys=Keys()) as target:
        with pytest.raises(type(error)):
            await client_of(target).say("x")

    assert attempts == raising.attempts


async def test_a_method_that_does_not_exist_is_an_error_that_says_so() -> None:
    async with serving([Echo().service], keys=Keys()) as target:
        unknown: Callable[..., Any] = target.channel.unary_unary("/understudy.test.Echo/Shout")
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await unknown(b"", metadata=AS_SERVICE)

    assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_long_upload_that_is_refused_at_once_learns_why() -> None:
    async with serving([Raising(TooLarge("Enough.")).echo.service], keys=Keys()) as target:
        for client, error in ((client_of(target), TooLarge), (EchoClient(target.channel), Unauthenticated)):
            for _ in range(20):
                with pytest.raises(error):
                    await client.collect(*("x" * 100_000,) * 50)
                with pytest.raises(error):
                    await anext(client.chat(*("x" * 100_000,) * 50))
