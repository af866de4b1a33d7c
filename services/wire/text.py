"""Text that protobuf can carry: its strings are UTF-8, which has no place for the lone surrogates of broken JSON."""

import re

LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def wire_text(text: str) -> str:
    """Return the text with each lone surrogate replaced by U+FFFD; the stored document keeps them."""
    return text if text.isascii() else LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def wire_bytes(text: str) -> bytes:
    """Return the text as UTF-8, lone surrogates replaced."""
    return wire_text(text).encode("utf-8")
