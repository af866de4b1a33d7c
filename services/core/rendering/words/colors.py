"""Colours."""

from typing import Final

from services.core.rendering.words import listed

COLORS: Final = listed(
    """azure, black, blue, brown, coral, crimson, cyan, fuchsia, gold, green, grey, indigo, ivory, khaki, lavender,
    lime, magenta, maroon, mint green, navy, olive, orange, orchid, pink, plum, purple, red, salmon, sky blue, teal,
    white"""
)
