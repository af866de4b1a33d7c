"""Variables in text: what `{{name}}` means, and what it becomes.

A token is `{{`, a run of characters without braces, and `}}`; its name is taken as it stands, blanks included. What a
name stands for is decided in this order (Postman's documentation, "Generate mock responses using variables and
templates"):

    1. captures      what the wildcards of the example took from the call
    2. environment   the variables of the mock's environment
    3. collection    the variables of the collection
    4. the rest      dynamic variables and contextual templates, whose names begin with `$`

Where a name occurs twice in one list, the last entry wins; disabled entries are invisible. A token that no list knows
stays in the text as it is. Environment and collection are this module's; the others, which need a call, are `tokens`'s.

Values may hold tokens themselves, and a token may be put together from others: `{{host-{{stage}}}}`. So the text is
gone over until nothing is left to replace, 19 times at most, as Postman's collection SDK does. Only what was taken from
the call is never gone over again: a client cannot read a variable by sending its name.
"""

import re
from collections.abc import Collection as Container
from collections.abc import Mapping
from typing import Final

from services.core.postman.collection import Collection
from services.core.postman.environment import Environment

TOKEN: Final = re.compile(r"\{\{([^{}]*)\}\}")
"""A token; its one group is the name. No part of it can match in two ways, so its cost is linear in the text."""

MAX_PASSES: Final = 19
"""How often a text is gone over: the number of Postman's SDK, and what ends a variable that contains itself."""

MAX_GROWTH: Final = 4 * 1024 * 1024
"""The characters a text may grow by. Variables that contain each other twice double with each pass: after 19 passes ten
characters would be five million, and with ten times each pass the process would be gone. Postman advises to keep bodies
below 5 MB; growing by this much takes half a second."""


def variables_of(collection: Collection, environment: Environment | None = None) -> dict[str, str]:
    """Return the value of each name that the collection or the environment defines."""
    scopes = (collection.variables, environment.variables if environment else ())
    return {variable.key: variable.value for scope in scopes for variable in scope if variable.is_enabled}


def substitute(
    text: str, variables: Mapping[str, str], *, hidden: Container[str] = (), max_growth: int = MAX_GROWTH
) -> str:
    """Return the text with its variables replaced; a name in `hidden` counts as unknown, so its tokens stay.

    A pass that would make the text longer by more than `max_growth` characters is not made.
    """
    max_length = len(text) + max_growth
    for _ in range(MAX_PASSES):
        pieces = _replaced_once(text, variables, hidden) if "{{" in text else [text]
        if len(pieces) == 1 or sum(map(len, pieces)) > max_length:
            break
        text = "".join(pieces)
    return text


def _replaced_once(text: str, variables: Mapping[str, str], hidden: Container[str]) -> list[str]:
    """Return the pieces of the text after one pass: a single one where nothing was replaced."""
    pieces: list[str] = []
    end = 0
    for token in TOKEN.finditer(text):
        value = None if token[1] in hidden else variables.get(token[1])
        if value is not None:
            pieces += (text[end : token.start()], value)
            end = token.end()
    return [*pieces, text[end:]]
