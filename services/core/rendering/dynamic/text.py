"""Text: words of all trades, the jargon of technicians, and the Latin that stands for text to come."""

from collections.abc import Callable
from typing import Final

from services.core.rendering.dynamic.chance import Generator, Generators, integer, pick, some
from services.core.rendering.sources import Sources
from services.core.rendering.words import business, colors, commerce, finance, people, places, technology
from services.core.rendering.words.lorem import LOREM

VOCABULARY: Final = (
    business.BS_ADJECTIVES,
    business.BS_BUZZ,
    business.BS_NOUNS,
    business.CATCH_PHRASE_ADJECTIVES,
    business.CATCH_PHRASE_DESCRIPTORS,
    business.CATCH_PHRASE_NOUNS,
    colors.COLORS,
    commerce.DEPARTMENTS,
    commerce.PRODUCTS,
    commerce.PRODUCT_ADJECTIVES,
    commerce.PRODUCT_MATERIALS,
    finance.ACCOUNT_NAMES,
    finance.CURRENCY_CODES,
    finance.TRANSACTION_TYPES,
    people.JOB_AREAS,
    people.JOB_DESCRIPTORS,
    people.JOB_TYPES,
    places.COUNTRIES,
    places.STREET_SUFFIXES,
    technology.ABBREVIATIONS,
    technology.ADJECTIVES,
    technology.ING_VERBS,
    technology.NOUNS,
    technology.VERBS,
)
"""The lists whose words make up `$randomWord`."""


def word(sources: Sources) -> str:
    """Return a word of some list; of an entry of several words, one."""
    return pick(sources.entropy, pick(sources.entropy, pick(sources.entropy, VOCABULARY)).split(" "))


def words(sources: Sources) -> str:
    """Return two to five words."""
    return " ".join([word(sources) for _ in range(integer(sources.entropy, 2, 5))])


def phrase(sources: Sources) -> str:
    """Return a sentence of somebody who does not know computers either."""
    entropy = sources.entropy
    text = "".join(pick(entropy, JARGON[piece]) if piece in JARGON else piece for piece in pick(entropy, SPLIT_PHRASES))
    return text[:1].upper() + text[1:]


JARGON: Final = {
    "abbreviation": technology.ABBREVIATIONS,
    "adjective": technology.ADJECTIVES,
    "ing_verb": technology.ING_VERBS,
    "noun": technology.NOUNS,
    "verb": technology.VERBS,
}

SPLIT_PHRASES: Final = tuple(tuple(phrase.replace("}", "{").split("{")) for phrase in technology.PHRASES)
"""The phrases in pieces: text, and names of lists."""


def lorem_words(sources: Sources) -> str:
    """Return three words."""
    return " ".join(_lorem(sources, 3))


def lorem_slug(sources: Sources) -> str:
    """Return three words as a URL joins them."""
    return "-".join(_lorem(sources, 3))


def lorem_sentence(sources: Sources) -> str:
    """Return three to ten words as a sentence."""
    return " ".join(_lorem(sources, integer(sources.entropy, 3, 10))).capitalize() + "."


def lorem_sentences(sources: Sources) -> str:
    """Return two to six sentences."""
    return _several(lorem_sentence, sources, 2, 6, " ")


def lorem_lines(sources: Sources) -> str:
    """Return one to five sentences, each on a line of its own."""
    return _several(lorem_sentence, sources, 1, 5, "\n")


def lorem_paragraph(sources: Sources) -> str:
    """Return three to six sentences."""
    return _several(lorem_sentence, sources, 3, 6, " ")


def lorem_paragraphs(sources: Sources) -> str:
    """Return three paragraphs, with the line feed, blank and carriage return between them that Postman puts there."""
    return _several(lorem_paragraph, sources, 3, 3, "\n \r")


def lorem_text(sources: Sources) -> str:
    """Return some form of Latin."""
    return pick(sources.entropy, LOREM_FORMS)(sources)


def _several(one: Generator, sources: Sources, low: int, high: int, separator: str) -> str:
    return separator.join([one(sources) for _ in range(integer(sources.entropy, low, high))])


def _lorem(sources: Sources, count: int) -> list[str]:
    return [pick(sources.entropy, LOREM) for _ in range(count)]


LOREM_FORMS: Final[tuple[Callable[[Sources], str], ...]] = (
    lorem_words,
    lorem_sentence,
    lorem_sentences,
    lorem_lines,
    lorem_paragraph,
    lorem_paragraphs,
)

TEXT: Final[Generators] = {
    "$randomNoun": some(technology.NOUNS),
    "$randomVerb": some(technology.VERBS),
    "$randomIngverb": some(technology.ING_VERBS),
    "$randomAdjective": some(technology.ADJECTIVES),
    "$randomWord": word,
    "$randomWords": words,
    "$randomPhrase": phrase,
    "$randomLoremWord": some(LOREM),
    "$randomLoremWords": lorem_words,
    "$randomLoremSentence": lorem_sentence,
    "$randomLoremSentences": lorem_sentences,
    "$randomLoremParagraph": lorem_paragraph,
    "$randomLoremParagraphs": lorem_paragraphs,
    "$randomLoremText": lorem_text,
    "$randomLoremSlug": lorem_slug,
    "$randomLoremLines": lorem_lines,
}
