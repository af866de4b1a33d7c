"""What a name or a description may be: rules that accounts, users, API keys, mocks and server responses share.

PostgreSQL's text cannot hold U+0000, so a name with one is refused by its field instead of failing in the store.
"""

from collections.abc import Iterator

from services.core.errors import FieldViolation, InvalidInput

MAXIMUM_NAME_LENGTH = 255
"""Characters, as for a collection, whose name a mock may take. Longer names are no longer names."""

MAXIMUM_DESCRIPTION_LENGTH = 100_000
"""Characters. Descriptions are Markdown pages; this is a long one."""


def name_violations(field: str, name: str) -> Iterator[FieldViolation]:
    """Yield what is wrong with a name: empty, too long, or with U+0000 in it."""
    if not name.strip():
        yield FieldViolation(field=field, problem="is empty.", remedy=f"Send 1 to {MAXIMUM_NAME_LENGTH} characters.")
    yield from text_violations(field, name, longest=MAXIMUM_NAME_LENGTH)


def text_violations(field: str, text: str, *, longest: int = MAXIMUM_DESCRIPTION_LENGTH) -> Iterator[FieldViolation]:
    """Yield what is wrong with a text that may be empty: too long, or with U+0000 in it."""
    if len(text) > longest:
        yield FieldViolation(
            field=field, problem=f"has {len(text):,} characters.", remedy=f"Send at most {longest:,} characters."
        )
    if "\0" in text:
        yield FieldViolation(
            field=field, problem="contains the character U+0000, which cannot be stored.", remedy="Leave it out."
        )


def check(violations: Iterator[FieldViolation]) -> None:
    """Raise InvalidInput where there are any violations."""
    if found := tuple(violations):
        raise InvalidInput(found)


def name_from(text: str) -> str:
    """Return a valid name made of a text of any kind: what a thing is called when nobody named it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").strip()[:MAXIMUM_NAME_LENGTH] or "Unnamed"
