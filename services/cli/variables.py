"""What is wrong with variables of the environment, in sentences that name each of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import ValidationError

from services.core.errors import FieldViolation, InvalidInput


@contextmanager
def named_variables(prefix: str) -> Iterator[None]:
    """Raise InvalidInput, a violation for each variable, where settings with that prefix refuse what they are given."""
    try:
        yield
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise InvalidInput([_violation(prefix, fault) for fault in faults]) from error


def _violation(prefix: str, fault: Mapping[str, object]) -> FieldViolation:
    """Return one of pydantic's faults; one without a place is about several variables, which its sentence names."""
    match fault:
        case {"loc": [_, *_] as place, "msg": str(message)}:
            name = prefix + "_".join(str(part).upper() for part in place)
            return FieldViolation(field=name, problem=_sentence(message), remedy="Set it in the environment.")
        case {"msg": str(message)}:
            return FieldViolation(field="", problem=_sentence(message))
    return FieldViolation(field=prefix, problem="is not valid.")


def _sentence(message: str) -> str:
    """Return pydantic's message, without what it puts before a sentence of ours, as a sentence."""
    return message.removeprefix("Value error, ").rstrip(".") + "."
