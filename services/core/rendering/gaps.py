"""Texts with gaps: what of a reply's text is known beforehand, and what the call or chance has to bring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.core.rendering.call_values import CallValues
from services.core.rendering.json_strings import escaped
from services.core.rendering.sources import Sources

MAX_INSERTED: Final = 16 * 1024 * 1024
"""The characters that are put into one text. A body of a megabyte may be asked for by a thousand tokens, and the reply
would take a gigabyte; this is three times what Postman advises for the bodies of examples."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One call that is to be replied to: what the example took from it, what it holds itself, and time and chance."""

    captures: Mapping[str, str]
    call: CallValues
    sources: Sources


Value = Callable[[Occasion], str]
"""Tells what belongs into a gap."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A place to be filled.

    token: what stands there in the example.
    is_in_string: whether the place is inside a string of JSON, which has to remain one.
    """

    token: str
    value: Value
    is_in_string: bool

    def text(self, occasion: Occasion) -> str:
        """Return what to fill in."""
        text = self.value(occasion)
        return escaped(text) if self.is_in_string else text


@dataclass(frozen=True, slots=True)
class Template:
    """A text with gaps."""

    parts: tuple[str | Gap, ...]

    @property
    def is_static(self) -> bool:
        """Whether there is no gap to fill."""
        return not any(isinstance(part, Gap) for part in self.parts)

    @property
    def source(self) -> str:
        """Return the text with its tokens."""
        return "".join([part.token if isinstance(part, Gap) else part for part in self.parts])

    def fill(self, occasion: Occasion) -> str:
        """Return the text with each gap filled, from left to right; what is put in is not looked at again.

        Once that comes to more than MAX_INSERTED characters, tokens stay as they are.
        """
        pieces = list[str]()
        room = MAX_INSERTED
        for part in self.parts:
            if isinstance(part, Gap):
                text = part.text(occasion) if room >= 0 else ""
                room -= len(text)
                pieces.append(text if room >= 0 else part.token)
            else:
                pieces.append(part)
        return "".join(pieces)


NO_TEXT: Final = Template(())
