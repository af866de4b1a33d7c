"""Query parameters read as what they mean; each that is wrong is named with the remedy."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.core.errors import FieldViolation
from services.gateway.postman_api.faults import InvalidParameter


@dataclass(frozen=True, slots=True)
class Query:
    """The query of a call; of a repeated parameter the first value. An empty value counts as none."""

    values: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """Return a parameter's text. Raises InvalidParameter where it holds NUL, which nothing that is stored does."""
        value = self.values.get(name) or None
        if value is not None and "\0" in value:
            raise InvalidParameter.of(name, "must not hold the character NUL.")
        return value

    def integer(self, name: str, *, minimum: int, maximum: int) -> int | None:
        """Return a parameter's whole number within the bounds. Raises InvalidParameter."""
        value = self.text(name)
        if value is None:
            return None
        if value.isascii() and value.isdigit() and len(value) <= len(str(maximum)) and minimum <= int(value) <= maximum:
            return int(value)
        raise InvalidParameter.of(name, f"must be a whole number from {minimum} to {maximum}.")

    def time(self, name: str) -> datetime | None:
        """Return a parameter's ISO 8601 time; without an offset it is UTC. Raises InvalidParameter."""
        value = self.text(name)
        if value is None:
            return None
        try:
            # A plus sign that was not percent-encoded arrives as a space; no ISO time ends in one otherwise.
            time = datetime.fromisoformat(value.strip().replace(" ", "+") if "T" in value else value)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise InvalidParameter.of(
                name, "must be an ISO 8601 date and time.", "For example 2026-01-31T09:30:00.000Z."
            ) from error

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        """Return one of `choices`, which are lower case, written in any case. Raises InvalidParameter."""
        value = self.text(name)
        if value is not None and value.lower() not in choices:
            raise InvalidParameter([_not_among(name, choices)])
        return None if value is None else value.lower()

    def choices(self, name: str, choices: Collection[str]) -> frozenset[str]:
        """Return those of `choices` that a comma-separated list names. Raises InvalidParameter."""
        named = frozenset(part.strip() for part in (self.text(name) or "").split(",") if part.strip())
        if not named <= frozenset(choices):
            raise InvalidParameter([_not_among(name, choices)])
        return named


def _not_among(name: str, choices: Collection[str]) -> FieldViolation:
    return FieldViolation(field=name, problem=f"must be one of {', '.join(sorted(choices))}.")
