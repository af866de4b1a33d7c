"""Dynamic variables: the 118 names of Postman's list, and what values each of them has."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from services.core.rendering.dynamic.chance import integer
from services.core.rendering.dynamic.variables import DYNAMIC_VARIABLES
from services.core.rendering.sources import Sources
from services.core.rendering.tokens import compile_template
from services.core.rendering.words import (
    business,
    colors,
    commerce,
    databases,
    files,
    finance,
    internet,
    people,
    places,
    technology,
)
from services.core.rendering.words.lorem import LOREM
from tests.core.chance import NOW, an_occasion, fixed_sources

Domain = Callable[[str], bool]

SAMPLES = 1_000


def like(pattern: str) -> Domain:
    """Return the domain of values that a pattern describes from beginning to end."""
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def among(*values: str) -> Domain:
    """Return the domain of a few values."""
    return lambda value: value in values


def listed(words: Iterable[str], count: int) -> Domain:
    """Return the domain of a list that has so many entries."""
    known = frozenset(words)
    assert count == len(known)
    return lambda value: value in known


def between(low: float, high: float, places: int) -> Domain:
    """Return the domain of numbers in a range, written with so many decimal places."""
    return lambda value: like(rf"-?\d+\.\d{{{places}}}")(value) and low <= float(value) <= high


def phrase(*lists: Iterable[str]) -> Domain:
    """Return the domain of one entry of each list, with blanks between them."""
    return like(" ".join(any_of(words) for words in lists))


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for an entry of a list."""
    return f"(?:{'|'.join(map(re.escape, sorted(words, reverse=True)))})"


def within(earliest: timedelta, latest: timedelta) -> Domain:
    """Return the domain of times around the present, as JavaScript writes them."""

    def is_within(value: str) -> bool:
        written = datetime.strptime(value, "%a %b %d %Y %H:%M:%S GMT%z (Coordinated Universal Time)")
        present = NOW.replace(microsecond=0)
        return earliest <= written - present <= latest + timedelta(seconds=1)

    return is_within


def is_iban(value: str) -> bool:
    """Tell whether an account number has the length of one, and the right check digits (ISO 13616)."""
    spelled = "".join(str(int(character, 36)) for character in value[4:] + value[:4])
    return like(r"[A-Z]{2}\d{2}[A-Z0-9]{11,27}")(value) and int(spelled) % 97 == 1


def is_iso_date(value: str) -> bool:
    return value == "2024-05-03T09:30:00.123Z"


def sentences(low: int, high: int, separator: str = " ") -> Domain:
    """Return the domain of so many sentences of Latin."""
    return like(rf"{SENTENCE}(?:{separator}{SENTENCE}){{{low - 1},{high - 1}}}")


FIRST = any_of(people.FIRST_NAMES)
LAST = any_of(people.LAST_NAMES)
LATIN = any_of(LOREM)
SENTENCE = r"[A-Z][a-z]*(?: [a-z]+){2,9}\."
PARAGRAPH = rf"{SENTENCE}(?: {SENTENCE}){{2,5}}"
PARAGRAPHS = rf"{PARAGRAPH}(?:\n \r{PARAGRAPH}){{2}}"
HOST = r"[a-z]+\.(?:com|net|org|info|biz|name)"
USER = r"[A-Z][a-z]+(?:[._][A-Z][A-Za-z]+)?\d{0,2}"
STREET = rf"(?:{FIRST}|{LAST}) {any_of(places.STREET_SUFFIXES)}"
STEM = r"[a-z0-9]+(?:_[a-z0-9]+)*"
PHONE = r"\d{3}-\d{3}-\d{4}"
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

DOMAINS: dict[str, Domain] = {
    # Common
    "$guid": like(UUID4),
    "$timestamp": among("1714728600"),
    "$isoTimestamp": is_iso_date,
    "$randomUUID": like(UUID4),
    # Text, numbers, colours
    "$randomAlphaNumeric": like("[0-9a-z]"),
    "$randomBoolean": among("true", "false"),
    "$randomInt": lambda value: str(int(value)) == value and 0 <= int(value) <= 1000,
    "$randomColor": listed(colors.COLORS, 31),
    "$randomHexColor": like("#[0-9a-f]{6}"),
    "$randomAbbreviation": listed(technology.ABBREVIATIONS, 29),
    # Internet
    "$randomIP": lambda value: all(str(int(part)) == part and int(part) < 256 for part in value.split(".")),
    "$randomIPV6": like("[0-9a-f]{4}(?::[0-9a-f]{4}){7}"),
    "$randomMACAddress": like("[0-9a-f]{2}(?::[0-9a-f]{2}){5}"),
    "$randomPassword": like("[0-9A-Za-z_]{15}"),
    "$randomLocale": lambda value: listed(internet.LOCALES, 128)(value) and like("[a-z]{2,3}")(value),
    "$randomUserAgent": like(r"Mozilla/5\.0 \([^()]+\) [ -~]+"),
    "$randomProtocol": among("http", "https"),
    "$randomSemver": like(r"\d\.\d\.\d"),
    # Names
    "$randomFirstName": like("[A-Z][a-z]+"),
    "$randomLastName": like("[A-Z][A-Za-z']+"),
    "$randomFullName": like(rf"(?:(?:Mr\.|Mrs\.|Ms\.|Miss|Dr\.) )?{FIRST} {LAST}(?: {any_of(people.SUFFIXES)})?"),
    "$randomNamePrefix": among("Mr.", "Mrs.", "Ms.", "Miss", "Dr."),
    "$randomNameSuffix": among("Jr.", "Sr.", "I", "II", "III", "IV", "V", "MD", "DDS", "PhD", "DVM"),
    # Profession
    "$randomJobArea": listed(people.JOB_AREAS, 37),
    "$randomJobDescriptor": listed(people.JOB_DESCRIPTORS, 21),
    "$randomJobTitle": phrase(people.JOB_DESCRIPTORS, people.JOB_AREAS, people.JOB_TYPES),
    "$randomJobType": listed(people.JOB_TYPES, 25),
    # Phone, address, place
    "$randomPhoneNumber": like(PHONE),
    "$randomPhoneNumberExt": like(rf"[1-9]\d?-{PHONE}"),
    "$randomCity": like("[A-Z][A-Za-z']+(?: [A-Z][A-Za-z']+)?"),
    "$randomStreetName": like(STREET),
    "$randomStreetAddress": like(rf"[1-9]\d{{2,4}} {STREET}"),
    "$randomCountry": listed(places.COUNTRIES, 249),
    "$randomCountryCode": like("[A-Z]{2}"),
    "$randomLatitude": between(-90, 90, places=4),
    "$randomLongitude": between(-180, 180, places=4),
    # Images
    "$randomAvatarImage": like(r"https://(?:cloudflare-ipfs\.com/ipfs/\w+/avatar/\d+\.jpg|avatars\.\w+\.com/u/\d+)"),
    "$randomImageUrl": among("http://placeimg.com/640/480"),
    "$randomAbstractImage": among("http://placeimg.com/640/480/abstract"),
    "$randomAnimalsImage": among("http://placeimg.com/640/480/animals"),
    "$randomBusinessImage": among("http://placeimg.com/640/480/business"),
    "$randomCatsImage": among("http://placeimg.com/640/480/cats"),
    "$randomCityImage": among("http://placeimg.com/640/480/city"),
    "$randomFoodImage": among("http://placeimg.com/640/480/food"),
    "$randomNightlifeImage": among("http://placeimg.com/640/480/nightlife"),
    "$randomFashionImage": among("http://placeimg.com/640/480/fashion"),
    "$randomPeopleImage": among("http://placeimg.com/640/480/people"),
    "$randomNatureImage": among("http://placeimg.com/640/480/nature"),
    "$randomSportsImage": among("http://placeimg.com/640/480/sports"),
    "$randomTransportImage": among("http://placeimg.com/640/480/transport"),
    "$randomImageDataUri": lambda value: len(value) == 472 and "grey" in value and "undefinedxundefined" in value,
    # Finance
    "$randomBankAccount": like(r"\d{8}"),
    "$randomBankAccountName": listed(finance.ACCOUNT_NAMES, 8),
    "$randomCreditCardMask": like(r"\d{4}"),
    "$randomBankAccountBic": like(rf"[A-Z]{{4}}{any_of(places.COUNTRY_CODES)}[A-Z0-9]{{2}}(?:[A-Z0-9]{{3}})?"),
    "$randomBankAccountIban": is_iban,
    "$randomTransactionType": among("deposit", "withdrawal", "payment", "invoice"),
    "$randomCurrencyCode": lambda value: listed(finance.CURRENCY_CODES, 170)(value) and like("[A-Z]{3}")(value),
    "$randomCurrencyName": listed(finance.CURRENCY_NAMES, 170),
    "$randomCurrencySymbol": lambda value: listed(finance.CURRENCY_SYMBOLS, 62)(value) and 1 <= len(value) <= 4,
    "$randomBitcoin": like("[13][1-9A-HJ-NP-Za-km-z]{24,33}"),
    # Business
    "$randomCompanyName": like(rf"{LAST}(?: (?:Inc|LLC|Group|and Sons)| - {LAST}|, {LAST} and {LAST})"),
    "$randomCompanySuffix": among("Inc", "LLC", "Group", "and Sons"),
    "$randomBs": phrase(business.BS_BUZZ, business.BS_ADJECTIVES, business.BS_NOUNS),
    "$randomBsAdjective": listed(business.BS_ADJECTIVES, 65),
    "$randomBsBuzz": listed(business.BS_BUZZ, 60),
    "$randomBsNoun": listed(business.BS_NOUNS, 45),
    # Catchphrases
    "$randomCatchPhrase": phrase(
        business.CATCH_PHRASE_ADJECTIVES, business.CATCH_PHRASE_DESCRIPTORS, business.CATCH_PHRASE_NOUNS
    ),
    "$randomCatchPhraseAdjective": listed(business.CATCH_PHRASE_ADJECTIVES, 100),
    "$randomCatchPhraseDescriptor": listed(business.CATCH_PHRASE_DESCRIPTORS, 101),
    "$randomCatchPhraseNoun": listed(business.CATCH_PHRASE_NOUNS, 104),
    # Databases
    "$randomDatabaseColumn": listed(databases.COLUMNS, 14),
    "$randomDatabaseType": listed(databases.TYPES, 24),
    "$randomDatabaseCollation": listed(databases.COLLATIONS, 7),
    "$randomDatabaseEngine": among("InnoDB", "MyISAM", "MEMORY", "CSV", "BLACKHOLE", "ARCHIVE"),
    # Dates
    "$randomDateFuture": within(timedelta(), timedelta(days=365)),
    "$randomDatePast": within(timedelta(days=-365), timedelta()),
    "$randomDateRecent": within(timedelta(days=-1), timedelta()),
    "$randomWeekday": among("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "$randomMonth": lambda value: datetime.strptime(value, "%B").replace(tzinfo=UTC).strftime("%B") == value,
    # Domains, e-mail, users
    "$randomDomainName": like(HOST),
    "$randomDomainSuffix": among("com", "net", "org", "info", "biz", "name"),
    "$randomDomainWord": like("[a-z]+"),
    "$randomEmail": like(rf"{USER}@(?:gmail|yahoo|hotmail)\.com"),
    "$randomExampleEmail": like(rf"{USER}@example\.(?:com|net|org)"),
    "$randomUserName": like(USER),
    "$randomUrl": like(f"https?://{HOST}"),
    # Files
    "$randomFileName": like(rf"{STEM}\.[a-z0-9]+"),
    "$randomFileType": listed(files.TYPES, 12),
    "$randomFileExt": like("[a-z0-9]{1,7}"),
    "$randomCommonFileName": like(rf"{STEM}\.{any_of(files.COMMON_EXTENSIONS)}"),
    "$randomCommonFileType": among("video", "audio", "image", "text", "application"),
    "$randomCommonFileExt": listed(files.COMMON_EXTENSIONS, 24),
    "$randomFilePath": like(rf"{any_of(files.DIRECTORIES)}/{STEM}\.[a-z0-9]+"),
    "$randomDirectoryPath": listed(files.DIRECTORIES, 60),
    "$randomMimeType": like(r"[a-z-]+/[A-Za-z0-9.+_-]+"),
    # Stores
    "$randomPrice": between(0, 1000, places=2),
    "$randomProduct": listed(commerce.PRODUCTS, 24),
    "$randomProductAdjective": listed(commerce.PRODUCT_ADJECTIVES, 17),
    "$randomProductMaterial": listed(commerce.PRODUCT_MATERIALS, 11),
    "$randomProductName": phrase(commerce.PRODUCT_ADJECTIVES, commerce.PRODUCT_MATERIALS, commerce.PRODUCTS),
    "$randomDepartment": listed(commerce.DEPARTMENTS, 22),
    # Grammar
    "$randomNoun": listed(technology.NOUNS, 24),
    "$randomVerb": listed(technology.VERBS, 18),
    "$randomIngverb": listed(technology.ING_VERBS, 16),
    "$randomAdjective": listed(technology.ADJECTIVES, 18),
    "$randomWord": like(r"\S+"),
    "$randomWords": like(r"\S+(?: \S+){1,4}"),
    "$randomPhrase": like(r"[A-Z][A-Za-z',/ -]+!"),
    # Lorem ipsum
    "$randomLoremWord": listed(LOREM, 182),
    "$randomLoremWords": like(f"{LATIN} {LATIN} {LATIN}"),
    "$randomLoremSentence": sentences(1, 1),
    "$randomLoremSentences": sentences(2, 6),
    "$randomLoremParagraph": like(PARAGRAPH),
    "$randomLoremParagraphs": like(PARAGRAPHS),
    "$randomLoremText": like(rf"{LATIN} {LATIN} {LATIN}|{SENTENCE}(?:(?: |\n| ?\n \r){SENTENCE})*"),
    "$randomLoremSlug": like(f"{LATIN}-{LATIN}-{LATIN}"),
    "$randomLoremLines": sentences(1, 5, separator="\n"),
}

CONSTANT = {name for name in DOMAINS if name.endswith(("Image", "Timestamp", "timestamp"))} - {"$randomAvatarImage"}
CONSTANT |= {"$randomImageUrl", "$randomImageDataUri"}


def samples_of(name: str, count: int = SAMPLES) -> list[str]:
    sources = fixed_sources()
    return [DYNAMIC_VARIABLES[name](sources) for _ in range(count)]


def test_there_are_the_118_names_of_postmans_list() -> None:
    assert 118 == len(DYNAMIC_VARIABLES)
    assert DOMAINS.keys() == DYNAMIC_VARIABLES.keys()


@pytest.mark.parametrize("name", DOMAINS)
def test_a_thousand_values_of_each_lie_in_its_domain(name: str) -> None:
    is_in_domain = DOMAINS[name]

    assert [] == [value for value in samples_of(name) if not is_in_domain(value)]


@pytest.mark.parametrize("name", sorted(DOMAINS.keys() - CONSTANT))
def test_values_differ_from_one_occurrence_to_the_next(name: str) -> None:
    template = compile_template(f"{{{{{name}}}}}\t" * 50, {}, ())
    values = template.fill(an_occasion()).split("\t")[:-1]

    assert 50 == len(values)
    assert any(first != second for first, second in pairwise(values))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("$randomBoolean", 2),
        ("$randomAlphaNumeric", 36),
        ("$randomColor", 31),
        ("$randomNamePrefix", 5),
        ("$randomNameSuffix", 11),
        ("$randomTransactionType", 4),
        ("$randomDatabaseEngine", 6),
        ("$randomWeekday", 7),
        ("$randomMonth", 12),
        ("$randomDomainSuffix", 6),
        ("$randomProtocol", 2),
        ("$randomCountryCode", 249),
        ("$randomInt", 1001),
        ("$randomLoremWord", 182),
    ],
)
def test_every_value_of_a_small_domain_occurs(name: str, count: int) -> None:
    assert count == len(set(samples_of(name, 20_000)))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("$randomEmail", len("Al0@gmail.com"), 40),
        ("$randomBitcoin", 25, 34),
        ("$randomBankAccountIban", 15, 31),
        ("$randomCurrencySymbol", 1, 4),
    ],
)
def test_lengths_stay_within_their_bounds(name: str, low: int, high: int) -> None:
    lengths = {len(value) for value in samples_of(name)}

    assert low <= min(lengths)
    assert max(lengths) <= high


def test_countries_and_extensions_are_about_as_many_as_there_are() -> None:
    assert 249 == len(set(places.COUNTRY_CODES)) == len(set(places.COUNTRIES))
    assert 1_000 <= len(set(files.EXTENSIONS)) == len(files.EXTENSIONS) <= 1_100


@pytest.mark.parametrize("words", [["mint green", "sky blue"], ["red"]])
def test_some_colours_have_two_words(words: list[str]) -> None:
    assert set(words) <= set(samples_of("$randomColor"))


def test_pictures_lie_where_the_sources_say() -> None:
    sources = Sources(now=lambda: NOW, entropy=Random(1), images="https://pictures.example/x")

    assert "https://pictures.example/x" == DYNAMIC_VARIABLES["$randomImageUrl"](sources)
    assert "https://pictures.example/x/cats" == DYNAMIC_VARIABLES["$randomCatsImage"](sources)


def test_times_are_told_in_utc_whatever_the_zone_of_the_clock() -> None:
    elsewhere = datetime.fromisoformat("2024-05-03T23:59:59.999600+05:30")
    sources = Sources(now=lambda: elsewhere, entropy=Extreme(0.0))

    assert "2024-05-03T18:29:59.999Z" == DYNAMIC_VARIABLES["$isoTimestamp"](sources)
    assert "1714761000" == DYNAMIC_VARIABLES["$timestamp"](sources)
    assert DYNAMIC_VARIABLES["$randomDateRecent"](sources).startswith("Fri May 03 2024 18:29:59 GMT+0000")


class Extreme:
    """Chance that always goes one way."""

    def __init__(self, number: float) -> None:
        self._number = number

    def random(self) -> float:
        return self._number

    def getrandbits(self, bits: int, /) -> int:
        return int(self._number * 2**bits)


LARGEST = 1 - 2**-53


@pytest.mark.parametrize("number", [0.0, LARGEST])
@pytest.mark.parametrize("name", DOMAINS)
def test_the_extremes_of_chance_stay_in_the_domain(name: str, number: float) -> None:
    assert DOMAINS[name](DYNAMIC_VARIABLES[name](Sources(now=lambda: NOW, entropy=Extreme(number))))


def test_both_ends_of_a_range_belong_to_it() -> None:
    assert (0, 1000) == (integer(Extreme(0.0), 0, 1000), integer(Extreme(LARGEST), 0, 1000))
