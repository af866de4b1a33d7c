"""Reading the keys of a JSON object by type: every wrong one is noted, none stops the reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.core.errors import FieldViolation, InvalidInput
from services.core.postman.document import JsonObject, JsonValue

Value = TypeVar("Value")

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What no database column and no protobuf string holds."""

LARGEST_INTEGER = 2**31 - 1
"""Beyond every number that a body may hold; far below where a timedelta ends."""


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of a body; `path` names it for violations, which are appended to the list that was given."""

    tree: JsonObject
    path: str
    violations: list[FieldViolation]

    @classmethod
    def of(cls, tree: JsonObject) -> "Fields":
        """Return the fields of an outermost object."""
        return cls(tree, "", [])

    def check(self) -> None:
        """Raise InvalidInput naming each key that was read and was wrong."""
        if self.violations:
            raise InvalidInput(self.violations)

    def text(self, key: str) -> str:
        """Return a text; null and absent are empty."""
        value = self.tree.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            return self._wrong(key, "must be a string.", "")
        if UNSTORABLE.search(value):
            return self._wrong(key, "must not hold NUL or half of a surrogate pair.", "")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return a boolean; null and absent are the default."""
        value = self.tree.get(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        return self._wrong(key, "must be true or false.", default)

    def integer(self, key: str, *, default: int) -> int:
        """Return a whole number; null and absent are the default."""
        value = self.tree.get(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_INTEGER:
            return self._wrong(key, "must be a whole number.", default)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; null and absent are empty."""
        value = self.tree.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(_is_storable(element) for element in value):
            return self._wrong(key, "must be an array of strings.", ())
        return tuple(element for element in value if isinstance(element, str))

    def require(self, key: str, choices: Sequence[str]) -> None:
        """Note a text that is none of the choices, or absent."""
        if self.tree.get(key) not in choices:
            self._wrong(key, f"must be one of: {', '.join(choices)}.", None)

    def inner(self, key: str) -> "Fields":
        """Return an object inside of this one; null and absent are empty."""
        value = self.tree.get(key)
        if value is not None and not isinstance(value, dict):
            self._wrong(key, "must be an object.", None)
        return Fields(value if isinstance(value, dict) else {}, self._named(key), self.violations)

    def _wrong(self, key: str, problem: str, default: Value) -> Value:
        self.violations.append(FieldViolation(field=self._named(key), problem=problem))
        return default

    def _named(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def _is_storable(value: JsonValue) -> bool:
    return isinstance(value, str) and not UNSTORABLE.search(value)
