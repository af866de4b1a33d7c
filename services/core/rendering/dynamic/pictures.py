"""Addresses of pictures. Nothing is promised to be there."""

from typing import Final

from services.core.rendering.dynamic.chance import Generator, Generators, integer
from services.core.rendering.sources import Sources

CATEGORIES: Final = (
    "abstract",
    "animals",
    "business",
    "cats",
    "city",
    "food",
    "nightlife",
    "fashion",
    "people",
    "nature",
    "sports",
    "transport",
)

CLOUDFLARE: Final = "https://cloudflare-ipfs.com/ipfs/Qmd3W5DuhgHirLHGVixi6V76LhCkZUz6pnFt5AJBiyvHye/avatar"
GITHUB: Final = "https://avatars.githubusercontent.com/u"

GREY: Final = (
    "data:image/svg+xml;charset=UTF-8,%3Csvg%20xmlns%3D%22http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg%22%20version%3D%221.1%22"
    "%20baseProfile%3D%22full%22%20width%3D%22undefined%22%20height%3D%22undefined%22%3E%3Crect%20width%3D%22100%25%22"
    "%20height%3D%22100%25%22%20fill%3D%22grey%22%2F%3E%3Ctext%20x%3D%22NaN%22%20y%3D%22NaN%22%20font-size%3D%2220%22"
    "%20alignment-baseline%3D%22middle%22%20text-anchor%3D%22middle%22%20fill%3D%22white%22%3Eundefinedxundefined"
    "%3C%2Ftext%3E%3C%2Fsvg%3E"
)
"""The one picture of `$randomImageDataUri`: what Postman sends, `undefined` and all, since tests compare it."""


def avatar(sources: Sources) -> str:
    """Return a numbered portrait on one of two hosts."""
    if sources.entropy.random() < 0.5:  # noqa: PLR2004 - Half of them.
        return f"{CLOUDFLARE}/{integer(sources.entropy, 1, 1249)}.jpg"
    return f"{GITHUB}/{integer(sources.entropy, 1, 99_999_999)}"


def picture(category: str) -> Generator:
    """Return what tells the address of a picture of some category."""
    return lambda sources: f"{sources.images}/{category}"


PICTURES: Final[Generators] = {
    "$randomAvatarImage": avatar,
    "$randomImageUrl": lambda sources: sources.images,
    **{f"$random{category.title()}Image": picture(category) for category in CATEGORIES},
    "$randomImageDataUri": lambda _: GREY,
}
