"""People: their names, occupations and telephones."""

from typing import Final

from services.core.rendering.dynamic.chance import DIGITS, Generators, characters, integer, pick, some
from services.core.rendering.sources import Sources
from services.core.rendering.words.people import (
    FIRST_NAMES,
    JOB_AREAS,
    JOB_DESCRIPTORS,
    JOB_TYPES,
    LAST_NAMES,
    PREFIXES,
    SUFFIXES,
)

TITLED: Final = 0.125
"""One name in eight has a prefix, and one in eight a suffix."""


def full_name(sources: Sources) -> str:
    """Return first and last name, sometimes with what stands before or behind."""
    chance = sources.entropy.random()
    name = f"{pick(sources.entropy, FIRST_NAMES)} {pick(sources.entropy, LAST_NAMES)}"
    if chance < TITLED:
        return f"{pick(sources.entropy, PREFIXES)} {name}"
    return f"{name} {pick(sources.entropy, SUFFIXES)}" if chance < 2 * TITLED else name


def job_title(sources: Sources) -> str:
    """Return what stands on a business card."""
    return " ".join(pick(sources.entropy, words) for words in (JOB_DESCRIPTORS, JOB_AREAS, JOB_TYPES))


def phone_number(sources: Sources) -> str:
    """Return an American telephone number, `446-846-8491`."""
    digits = characters(sources.entropy, DIGITS, 10)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def phone_number_with_prefix(sources: Sources) -> str:
    """Return a telephone number behind a number of one or two digits, which Postman calls an extension."""
    return f"{integer(sources.entropy, 1, 99)}-{phone_number(sources)}"


PEOPLE: Final[Generators] = {
    "$randomFirstName": some(FIRST_NAMES),
    "$randomLastName": some(LAST_NAMES),
    "$randomFullName": full_name,
    "$randomNamePrefix": some(PREFIXES),
    "$randomNameSuffix": some(SUFFIXES),
    "$randomJobArea": some(JOB_AREAS),
    "$randomJobDescriptor": some(JOB_DESCRIPTORS),
    "$randomJobType": some(JOB_TYPES),
    "$randomJobTitle": job_title,
    "$randomPhoneNumber": phone_number,
    "$randomPhoneNumberExt": phone_number_with_prefix,
}
