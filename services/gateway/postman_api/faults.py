"""What only this API can complain of; everything else is an error of `services.core.errors`."""

from collections.abc import Sequence

from services.core.errors import FieldViolation, InvalidInput, Unavailable, UnderstudyError


class InvalidParameter(InvalidInput):
    """A query parameter is not valid."""


class ParameterMissing(InvalidInput):
    """Something that must be there is not."""

    def __init__(self, names: Sequence[str]) -> None:
        """Take the names of what is missing, as the API spells them."""
        self.names = tuple(names)
        super().__init__([FieldViolation(field=name, problem="is missing.") for name in names])


class InvalidCursor(InvalidInput):
    """A cursor is none of this list."""

    def __init__(self) -> None:
        super().__init__([FieldViolation(field="cursor", problem="is no cursor of this list.")])


class BeyondRetention(InvalidInput):
    """A time lies before everything that is still kept."""

    def __init__(self, parameter: str, days: int) -> None:
        """Take the parameter and how many days entries are kept."""
        super().__init__(
            [FieldViolation(field=parameter, problem="lies before everything that is still kept.")],
            f"Invalid value for parameter: {parameter}. Cannot view logs beyond the call log retention period "
            f"based on your plan i.e. {days} days.",
        )


class LengthRequired(UnderstudyError):
    """A request with a body must carry a Content-Length header."""


class Busy(Unavailable):
    """Too many large documents are on their way just now. Send this one again a little later."""


class AlreadyPublished(UnderstudyError):
    """This mock is already public."""


class AlreadyUnpublished(UnderstudyError):
    """This mock has already been deleted."""
