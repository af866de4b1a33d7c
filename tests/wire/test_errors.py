"""The one table of errors is whole: every error has a row of its own, every reason of the contract an error."""

from understudy.errors.v1.error_reason_pb2 import ErrorReason

from services.core import errors
from services.core.errors import UnderstudyError
from services.wire.errors import INTERNAL, TABLE


def test_every_error_of_the_tree_has_one_row() -> None:
    of_the_core = {error for error in UnderstudyError.__subclasses__() if error.__module__ == errors.__name__}

    assert of_the_core == {row.error for row in TABLE}
    assert len(TABLE) == len({row.error for row in TABLE})


def test_every_code_and_every_reason_of_the_contract_is_used_once() -> None:
    reasons = [row.reason for row in (*TABLE, INTERNAL)]
    codes = [row.code for row in (*TABLE, INTERNAL)]

    assert sorted(set(ErrorReason.values()) - {ErrorReason.ERROR_REASON_UNSPECIFIED}) == sorted(reasons)
    assert len(set(codes)) == len(codes)
