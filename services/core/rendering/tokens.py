"""What is left to replace in a text whose variables have been replaced: captures, dynamic variables, templates.

They are found once, when a reply is drafted, from left to right. What a call brings is put in later and never searched,
so no client can make a reply tell what the example does not. A token that means nothing stays in the text.
"""

from collections.abc import Collection as Container
from collections.abc import Iterator, Mapping

from services.core.rendering.contextual import HELPER, contextual_value
from services.core.rendering.dynamic.chance import Generator
from services.core.rendering.dynamic.variables import DYNAMIC_VARIABLES
from services.core.rendering.gaps import Gap, Template, Value
from services.core.rendering.json_strings import ends_in_string
from services.core.rendering.template import TOKEN, substitute


def compile_template(
    text: str, variables: Mapping[str, str], captured: Container[str], *, is_json: bool = False
) -> Template:
    """Return the text with its variables replaced, and a gap for every token that the call or chance replaces.

    captured: the names that go before all others, since the example takes them from the call.
    is_json: whether what is put into its strings must not break them.
    """
    return _template(substitute(text, variables, hidden=captured), captured, is_json=is_json)


def _template(text: str, captured: Container[str], *, is_json: bool = False) -> Template:
    return Template(tuple(_parts(text, captured, is_json=is_json)))


def _parts(text: str, captured: Container[str], *, is_json: bool) -> Iterator[str | Gap]:
    """Yield literal text and gaps by turns, beginning and ending with literal text."""
    start, is_in_string = 0, False
    for begin, end, value in _tokens(text, captured):
        literal = text[start:begin]
        is_in_string = is_json and ends_in_string(literal, is_in_string=is_in_string)
        yield literal
        yield Gap(text[begin:end], value, is_in_string)
        start = end
    yield text[start:]


def _tokens(text: str, captured: Container[str]) -> Iterator[tuple[int, int, Value]]:
    """Yield beginning, end and meaning of each token that has one."""
    begin = text.find("{{")
    while begin >= 0:
        end, value = _token_at(text, begin, captured)
        if value is not None:
            yield begin, end, value
        begin = text.find("{{", end)


def _token_at(text: str, begin: int, captured: Container[str]) -> tuple[int, Value | None]:
    """Return where the token at a pair of braces ends and what it means; where it means nothing, the next place."""
    token = TOKEN.match(text, begin)
    if token is not None and (value := _named(token[1], captured)):
        return token.end(), value
    helper = HELPER.match(text, begin)
    if helper is not None and (value := contextual_value(helper, lambda argument: _template(argument, captured))):
        return helper.end(), value
    return begin + 1, None


def _named(name: str, captured: Container[str]) -> Value | None:
    """Return the meaning of a name: what was captured goes before what chance brings."""
    if name in captured:
        return lambda occasion: occasion.captures[name]
    generate = DYNAMIC_VARIABLES.get(name)
    return _dynamic(generate) if generate is not None else None


def _dynamic(generate: Generator) -> Value:
    return lambda occasion: generate(occasion.sources)
