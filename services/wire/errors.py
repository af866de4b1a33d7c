"""The one table of errors: domain error <-> gRPC code <-> machine-readable reason, both ways.

Going out, an error becomes a `google.rpc.Status` with an `ErrorInfo` (domain "understudy", reason, metadata) and, for
bad input, a `BadRequest` that names each field. Coming in, the same details become the same domain error again, so that
a program on either side of the wire handles one tree of errors. A fault of our own is logged here, with its trace, and
leaves as INTERNAL without a word of it.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar, cast

import grpc
import structlog
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from understudy.errors.v1.error_reason_pb2 import ErrorReason

from services.core import errors
from services.core.errors import FieldViolation, InvalidInput, UnderstudyError
from services.wire.handlers import Context, Continuation, Servicer, wrap_handler

logger = structlog.get_logger(__name__)

Detail = TypeVar("Detail", error_details_pb2.ErrorInfo, error_details_pb2.BadRequest)

DOMAIN = "understudy"

MAXIMUM_VIOLATIONS = 20
"""More than a person reads at once."""

MAXIMUM_VIOLATION_BYTES = 4_000
"""gRPC carries details in headers, in base64, and a receiver may refuse headers of more than 8 KiB altogether: then
even the code is lost. Half of that, encoded, leaves room for the message, which travels twice."""

MAXIMUM_TEXT_BYTES = 300
"""The longest text of a violation or message that is sent, for the same reason: input may be quoted in it."""


REST_SECONDS = 5.0
"""How long the rest of a refused upload is read: a document of 100 MB, the largest there is, passes in this time."""


RETRIED_ALREADY = (("grpc-retry-pushback-ms", "-1"),)
"""Asks a client not to try again ("gRPC Retry Design", pushback): tries of tries would add up to many seconds."""


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One row of the table."""

    error: type[UnderstudyError]
    code: grpc.StatusCode
    reason: ErrorReason.ValueType


TABLE = (
    ErrorRow(errors.InvalidInput, grpc.StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_INVALID_INPUT),
    ErrorRow(errors.NotFound, grpc.StatusCode.NOT_FOUND, ErrorReason.ERROR_REASON_NOT_FOUND),
    ErrorRow(errors.AlreadyExists, grpc.StatusCode.ALREADY_EXISTS, ErrorReason.ERROR_REASON_ALREADY_EXISTS),
    ErrorRow(errors.StaleEtag, grpc.StatusCode.ABORTED, ErrorReason.ERROR_REASON_STALE_ETAG),
    ErrorRow(
        errors.FailedPrecondition, grpc.StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_FAILED_PRECONDITION
    ),
    ErrorRow(errors.Unauthenticated, grpc.StatusCode.UNAUTHENTICATED, ErrorReason.ERROR_REASON_UNAUTHENTICATED),
    ErrorRow(errors.PermissionDenied, grpc.StatusCode.PERMISSION_DENIED, ErrorReason.ERROR_REASON_PERMISSION_DENIED),
    ErrorRow(errors.TooLarge, grpc.StatusCode.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_TOO_LARGE),
    ErrorRow(errors.RevisionExpired, grpc.StatusCode.OUT_OF_RANGE, ErrorReason.ERROR_REASON_REVISION_EXPIRED),
    ErrorRow(errors.Unavailable, grpc.StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_UNAVAILABLE),
)

INTERNAL = ErrorRow(UnderstudyError, grpc.StatusCode.INTERNAL, ErrorReason.ERROR_REASON_INTERNAL)

BY_ERROR = {row.error: row for row in TABLE}
BY_REASON = {ErrorReason.Name(row.reason).removeprefix("ERROR_REASON_"): row for row in (*TABLE, INTERNAL)}
BY_CODE = {row.code: row for row in (*TABLE, INTERNAL)}


def status_of(error: UnderstudyError) -> status_pb2.Status:
    """Return the error as a `google.rpc.Status` with its details."""
    row = BY_ERROR.get(type(error), INTERNAL)
    reason = ErrorReason.Name(row.reason).removeprefix("ERROR_REASON_")
    details = [error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=_metadata(error))]
    return status_pb2.Status(
        code=code_pb2.Code.Value(row.code.name),
        message=_shown(error.message),
        details=[_packed(detail) for detail in (*details, *_bad_request(error))],
    )


def error_of(failure: grpc.aio.AioRpcError) -> UnderstudyError:
    """Return the domain error that a failed call carries.

    A failure without our details (a proxy's, or gRPC's own: a deadline, a lost connection) is told by its code.
    """
    status = rpc_status.from_call(cast("grpc.Call", failure))
    info = _detail(status, error_details_pb2.ErrorInfo)
    row = BY_REASON.get(info.reason) if info is not None else BY_CODE.get(failure.code())
    message = failure.details() or ""
    if row is None or row is INTERNAL:
        return _foreign(failure.code(), message)
    if row.error is InvalidInput:
        return InvalidInput(tuple(_violations(status)), message)
    if row.error in (errors.NotFound, errors.AlreadyExists):
        metadata = dict(info.metadata) if info is not None else {}
        error = row.error(metadata.get("kind", "thing"), metadata.get("identity", ""))
        error.message = message or error.message
        return error
    return row.error(message)


class ErrorInterceptor(grpc.aio.ServerInterceptor):
    """Ends every call that raised with the status that the table gives its error."""

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Wrap the method's handler."""
        handler = await continuation(handler_call_details)
        return wrap_handler(handler, unary=_unary_with_status, stream=_stream_with_status)


def _unary_with_status(inner: Servicer) -> Servicer:
    async def handled(request: Any, context: Context) -> Any:
        try:
            return await inner(request, context)
        except Exception as error:  # noqa: BLE001 -- this is the one table that turns errors into statuses
            await _read_the_rest(request)
            await abort(context, error)

    return handled


def _stream_with_status(inner: Servicer) -> Servicer:
    async def handled(request: Any, context: Context) -> AsyncIterator[Any]:
        try:
            async for response in inner(request, context):
                yield response
        except Exception as error:  # noqa: BLE001 -- as above
            await _read_the_rest(request)
            await abort(context, error)

    return handled


async def abort(context: Context, error: Exception) -> NoReturn:
    """End the call with the error's status; a fault of our own is logged and told in general words."""
    if isinstance(error, grpc.aio.AbortError):
        raise error
    metadata = RETRIED_ALREADY if _is_from_behind(error) else ()
    if isinstance(error, grpc.aio.AioRpcError):
        error = error_of(error)
    if not isinstance(error, UnderstudyError) or type(error) not in BY_ERROR:
        logger.error("call failed", exc_info=error)
        error = UnderstudyError("The service has a fault; its log has the details.")
    status = rpc_status.to_status(status_of(error))
    await context.abort(status.code, status.details, (*status.trailing_metadata, *metadata))
    raise AssertionError("abort always raises")


def _is_from_behind(error: Exception) -> bool:
    """Tell whether a service that this one called is away: that call was tried again already, as often as it may be."""
    return isinstance(error, grpc.aio.AioRpcError) or (
        isinstance(error, errors.Unavailable) and isinstance(error.__cause__, grpc.aio.AioRpcError)
    )


async def _read_the_rest(request: Any) -> None:
    """Read what a client still sends to a call that is about to fail, for a moment.

    gRPC's asyncio client forgets the status of a call that ends while it is sending, and reports INTERNAL instead
    (https://github.com/grpc/grpc/issues/36066).
    """
    if isinstance(request, AsyncIterable):
        with suppress(TimeoutError, grpc.RpcError):
            async with asyncio.timeout(REST_SECONDS):
                async for _message in request:
                    pass


def _metadata(error: UnderstudyError) -> dict[str, str]:
    if isinstance(error, errors.NotFound | errors.AlreadyExists):
        return {"kind": error.kind, "identity": _shown(error.identity)}
    return {}


def _bad_request(error: UnderstudyError) -> Iterable[error_details_pb2.BadRequest]:
    if isinstance(error, InvalidInput):
        bad_request = error_details_pb2.BadRequest()
        for violation in error.violations[:MAXIMUM_VIOLATIONS]:
            bad_request.field_violations.add(field=_shown(violation.field), description=_shown(violation.explanation))
            if bad_request.ByteSize() > MAXIMUM_VIOLATION_BYTES:
                del bad_request.field_violations[-1]
                break
        yield bad_request


def _violations(status: status_pb2.Status | None) -> Iterable[FieldViolation]:
    bad_request = _detail(status, error_details_pb2.BadRequest)
    for violation in bad_request.field_violations if bad_request is not None else ():
        yield FieldViolation(field=violation.field, problem=violation.description)


def _foreign(code: grpc.StatusCode, message: str) -> UnderstudyError:
    if code in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED):
        return errors.Unavailable(f"The service did not answer in time. {message}".strip())
    return UnderstudyError(message or code.name)


def _packed(message: Any) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed


def _detail(status: status_pb2.Status | None, kind: type[Detail]) -> Detail | None:
    for packed in status.details if status is not None else ():
        if packed.Is(kind.DESCRIPTOR):
            detail = kind()
            packed.Unpack(detail)
            return detail
    return None


def _shown(text: str) -> str:
    """Return text that may travel: valid Unicode without control characters, cut where it is long."""
    begin = text[: MAXIMUM_TEXT_BYTES + 1]
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in begin)
    encoded = printable.encode()
    if len(encoded) <= MAXIMUM_TEXT_BYTES:
        return printable
    ellipsis = "…"
    return encoded[: MAXIMUM_TEXT_BYTES - len(ellipsis.encode())].decode(errors="ignore") + ellipsis
