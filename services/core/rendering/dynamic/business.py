"""Businesses: what they are called, what they say, what they sell and what they keep it in."""

from collections.abc import Sequence
from typing import Final

from services.core.rendering.dynamic.chance import Generator, Generators, decimal, pick, some
from services.core.rendering.sources import Sources
from services.core.rendering.words import business, commerce, databases
from services.core.rendering.words.people import LAST_NAMES


def company_name(sources: Sources) -> str:
    """Return the names of those who founded it."""
    form = pick(sources.entropy, ("{0} {suffix}", "{0} - {1}", "{0}, {1} and {2}"))
    names = [pick(sources.entropy, LAST_NAMES) for _ in range(3)]
    return form.format(*names, suffix=pick(sources.entropy, business.COMPANY_SUFFIXES))


def phrases(*lists: Sequence[str]) -> Generator:
    """Return what puts together phrases of one entry from each list."""
    return lambda sources: " ".join([pick(sources.entropy, entries) for entries in lists])


def price(sources: Sources) -> str:
    """Return an amount from 0.00 to 1000.00."""
    return decimal(sources.entropy, 0, 1000, places=2)


BUSINESS: Final[Generators] = {
    "$randomCompanyName": company_name,
    "$randomCompanySuffix": some(business.COMPANY_SUFFIXES),
    "$randomBs": phrases(business.BS_BUZZ, business.BS_ADJECTIVES, business.BS_NOUNS),
    "$randomBsAdjective": some(business.BS_ADJECTIVES),
    "$randomBsBuzz": some(business.BS_BUZZ),
    "$randomBsNoun": some(business.BS_NOUNS),
    "$randomCatchPhrase": phrases(
        business.CATCH_PHRASE_ADJECTIVES, business.CATCH_PHRASE_DESCRIPTORS, business.CATCH_PHRASE_NOUNS
    ),
    "$randomCatchPhraseAdjective": some(business.CATCH_PHRASE_ADJECTIVES),
    "$randomCatchPhraseDescriptor": some(business.CATCH_PHRASE_DESCRIPTORS),
    "$randomCatchPhraseNoun": some(business.CATCH_PHRASE_NOUNS),
    "$randomDatabaseColumn": some(databases.COLUMNS),
    "$randomDatabaseType": some(databases.TYPES),
    "$randomDatabaseCollation": some(databases.COLLATIONS),
    "$randomDatabaseEngine": some(databases.ENGINES),
    "$randomPrice": price,
    "$randomProduct": some(commerce.PRODUCTS),
    "$randomProductAdjective": some(commerce.PRODUCT_ADJECTIVES),
    "$randomProductMaterial": some(commerce.PRODUCT_MATERIALS),
    "$randomProductName": phrases(commerce.PRODUCT_ADJECTIVES, commerce.PRODUCT_MATERIALS, commerce.PRODUCTS),
    "$randomDepartment": some(commerce.DEPARTMENTS),
}
