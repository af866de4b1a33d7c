"""The internet: addresses of machines, domains and people, and the browsers that visit them."""

from typing import Final

from services.core.rendering.dynamic.chance import (
    DIGITS,
    LOWER,
    LOWER_HEX,
    UPPER,
    Generators,
    characters,
    integer,
    pick,
    some,
    strings,
)
from services.core.rendering.sources import Sources
from services.core.rendering.words.internet import (
    DOMAIN_SUFFIXES,
    EXAMPLE_DOMAINS,
    LINUX,
    LOCALES,
    MACINTOSH,
    MAIL_PROVIDERS,
    WINDOWS,
)
from services.core.rendering.words.people import FIRST_NAMES, LAST_NAMES

PROTOCOLS: Final = ("http", "https")


def ip(sources: Sources) -> str:
    """Return an IPv4 address."""
    return ".".join(str(integer(sources.entropy, 0, 255)) for _ in range(4))


def ip_v6(sources: Sources) -> str:
    """Return an IPv6 address in full."""
    return ":".join(characters(sources.entropy, LOWER_HEX, 4) for _ in range(8))


def mac_address(sources: Sources) -> str:
    """Return the address of a network card."""
    return ":".join(characters(sources.entropy, LOWER_HEX, 2) for _ in range(6))


def semantic_version(sources: Sources) -> str:
    """Return three numbers of one digit."""
    return ".".join(characters(sources.entropy, DIGITS, 3))


def user_agent(sources: Sources) -> str:
    """Return how some browser introduces itself."""
    return pick(sources.entropy, (_firefox, _chrome, _safari, _explorer))(sources)


def _firefox(sources: Sources) -> str:
    version = f"{integer(sources.entropy, 60, 130)}.0"
    system = pick(sources.entropy, (*WINDOWS, *LINUX))
    return f"Mozilla/5.0 ({system}; rv:{version}) Gecko/20100101 Firefox/{version}"


def _chrome(sources: Sources) -> str:
    system = pick(sources.entropy, (*WINDOWS, *MACINTOSH, *LINUX))
    version = f"{integer(sources.entropy, 60, 130)}.0.{integer(sources.entropy, 1000, 6999)}.0"
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version} Safari/537.36"


def _safari(sources: Sources) -> str:
    system, version = pick(sources.entropy, MACINTOSH), integer(sources.entropy, 12, 18)
    return f"Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version}.0 Safari/605.1.15"


def _explorer(sources: Sources) -> str:
    return f"Mozilla/5.0 ({pick(sources.entropy, WINDOWS)}; Trident/7.0; rv:11.0) like Gecko"


def domain_word(sources: Sources) -> str:
    """Return a word that a domain may be called."""
    return pick(sources.entropy, FIRST_NAMES).lower()


def domain_name(sources: Sources) -> str:
    """Return a domain."""
    return f"{domain_word(sources)}.{pick(sources.entropy, DOMAIN_SUFFIXES)}"


def url(sources: Sources) -> str:
    """Return the URL of a domain."""
    return f"{pick(sources.entropy, PROTOCOLS)}://{domain_name(sources)}"


def user_name(sources: Sources) -> str:
    """Return a first name, perhaps with the last one, perhaps with a number, but not quite alone."""
    first, number = pick(sources.entropy, FIRST_NAMES), integer(sources.entropy, 0, 99)
    last = pick(sources.entropy, "._") + pick(sources.entropy, LAST_NAMES).replace("'", "")
    return pick(sources.entropy, (f"{first}{number}", f"{first}{last}", f"{first}{last}{number}"))


def email(sources: Sources) -> str:
    """Return an address at one of the large providers."""
    return f"{user_name(sources)}@{pick(sources.entropy, MAIL_PROVIDERS)}"


def example_email(sources: Sources) -> str:
    """Return an address that reaches nobody."""
    return f"{user_name(sources)}@{pick(sources.entropy, EXAMPLE_DOMAINS)}"


INTERNET: Final[Generators] = {
    "$randomIP": ip,
    "$randomIPV6": ip_v6,
    "$randomMACAddress": mac_address,
    "$randomPassword": strings(DIGITS + LOWER + UPPER + "_", 15),
    "$randomLocale": some(LOCALES),
    "$randomUserAgent": user_agent,
    "$randomProtocol": some(PROTOCOLS),
    "$randomSemver": semantic_version,
    "$randomDomainName": domain_name,
    "$randomDomainSuffix": some(DOMAIN_SUFFIXES),
    "$randomDomainWord": domain_word,
    "$randomEmail": email,
    "$randomExampleEmail": example_email,
    "$randomUserName": user_name,
    "$randomUrl": url,
}
