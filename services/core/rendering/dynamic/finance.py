"""Money: accounts, currencies, prices."""

import re
from typing import Final

from services.core.rendering.dynamic.chance import (
    DIGITS,
    LOWER,
    UPPER,
    Generators,
    characters,
    integer,
    pick,
    some,
    strings,
)
from services.core.rendering.sources import Sources
from services.core.rendering.words.finance import (
    ACCOUNT_NAMES,
    CURRENCY_CODES,
    CURRENCY_NAMES,
    CURRENCY_SYMBOLS,
    IBAN_FORMS,
    TRANSACTION_TYPES,
)
from services.core.rendering.words.places import COUNTRY_CODES

BASE_58: Final = re.sub("[0OIl]", "", DIGITS + UPPER + LOWER)
"""The characters of Bitcoin addresses: those that nobody mistakes for another."""

ALPHABETS: Final = {"n": DIGITS, "a": UPPER, "c": DIGITS + UPPER}
"""By their letter in the forms of ISO 13616."""


def iban(sources: Sources) -> str:
    """Return an account number of some country, whose check digits are right."""
    country, form = pick(sources.entropy, IBAN_FORMS).split(" ")
    runs = re.findall(r"(\d+)([nac])", form)
    account = "".join(characters(sources.entropy, ALPHABETS[kind], int(count)) for count, kind in runs)
    return f"{country}{_check_digits(country, account):02}{account}"


def _check_digits(country: str, account: str) -> int:
    """Return what makes the whole number, moved around and its letters spelled as numbers, 1 modulo 97."""
    spelled = "".join(str(int(character, 36)) for character in f"{account}{country}00")
    return 98 - int(spelled) % 97


def bic(sources: Sources) -> str:
    """Return the code of a bank: itself, country and place, and sometimes a branch."""
    entropy = sources.entropy
    branch = pick(entropy, ("", characters(entropy, DIGITS, 3)))
    return f"{characters(entropy, UPPER, 4)}{pick(entropy, COUNTRY_CODES)}{pick(entropy, UPPER)}1{branch}"


def bitcoin_address(sources: Sources) -> str:
    """Return what looks like an address of 25 to 34 characters."""
    return pick(sources.entropy, "13") + characters(sources.entropy, BASE_58, integer(sources.entropy, 24, 33))


FINANCE: Final[Generators] = {
    "$randomBankAccount": strings(DIGITS, 8),
    "$randomBankAccountName": some(ACCOUNT_NAMES),
    "$randomCreditCardMask": strings(DIGITS, 4),
    "$randomBankAccountBic": bic,
    "$randomBankAccountIban": iban,
    "$randomTransactionType": some(TRANSACTION_TYPES),
    "$randomCurrencyCode": some(CURRENCY_CODES),
    "$randomCurrencyName": some(CURRENCY_NAMES),
    "$randomCurrencySymbol": some(CURRENCY_SYMBOLS),
    "$randomBitcoin": bitcoin_address,
}
