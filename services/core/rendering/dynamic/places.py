"""Places: cities and streets that are nowhere, countries that are, and coordinates."""

from typing import Final

from services.core.rendering.dynamic.chance import Generators, decimal, integer, pick, some
from services.core.rendering.sources import Sources
from services.core.rendering.words.people import FIRST_NAMES, LAST_NAMES
from services.core.rendering.words.places import (
    CITY_PREFIXES,
    CITY_SUFFIXES,
    COUNTRIES,
    COUNTRY_CODES,
    STREET_SUFFIXES,
)


def city(sources: Sources) -> str:
    """Return the name of a city that somebody might have founded."""
    founder = pick(sources.entropy, pick(sources.entropy, (FIRST_NAMES, LAST_NAMES)))
    form = pick(sources.entropy, ("{prefix} {founder}{suffix}", "{prefix} {founder}", "{founder}{suffix}"))
    prefix, suffix = pick(sources.entropy, CITY_PREFIXES), pick(sources.entropy, CITY_SUFFIXES)
    return form.format(prefix=prefix, founder=founder, suffix=suffix)


def street_name(sources: Sources) -> str:
    """Return the name of a street, called after somebody."""
    name = pick(sources.entropy, pick(sources.entropy, (FIRST_NAMES, LAST_NAMES)))
    return f"{name} {pick(sources.entropy, STREET_SUFFIXES)}"


def street_address(sources: Sources) -> str:
    """Return a number of three to five digits and a street."""
    digits = integer(sources.entropy, 3, 5)
    return f"{integer(sources.entropy, 10 ** (digits - 1), 10**digits - 1)} {street_name(sources)}"


def latitude(sources: Sources) -> str:
    """Return degrees from -90 to 90."""
    return decimal(sources.entropy, -90, 90, places=4)


def longitude(sources: Sources) -> str:
    """Return degrees from -180 to 180."""
    return decimal(sources.entropy, -180, 180, places=4)


PLACES: Final[Generators] = {
    "$randomCity": city,
    "$randomStreetName": street_name,
    "$randomStreetAddress": street_address,
    "$randomCountry": some(COUNTRIES),
    "$randomCountryCode": some(COUNTRY_CODES),
    "$randomLatitude": latitude,
    "$randomLongitude": longitude,
}
