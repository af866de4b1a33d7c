"""What the call log must not keep: the secret of an API key. Its beginning stays, by which its owner knows it."""

from typing import Final

from services.core.access.api_keys import KEY_PREFIX

MASK: Final = "…****"

KEY_HEADER: Final = "x-api-key"


def masked_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the headers of a call (names in lower case) with every API key masked."""
    return tuple((name, _masked(value) if name == KEY_HEADER else value) for name, value in headers)


def _masked(value: str) -> str:
    return f"{KEY_PREFIX}{MASK}" if value.startswith(KEY_PREFIX) else MASK
