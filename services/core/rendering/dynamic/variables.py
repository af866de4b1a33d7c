"""All dynamic variables."""

from typing import Final

from services.core.rendering.dynamic.basics import BASICS
from services.core.rendering.dynamic.business import BUSINESS
from services.core.rendering.dynamic.chance import Generators
from services.core.rendering.dynamic.dates import DATES
from services.core.rendering.dynamic.files import FILES
from services.core.rendering.dynamic.finance import FINANCE
from services.core.rendering.dynamic.internet import INTERNET
from services.core.rendering.dynamic.people import PEOPLE
from services.core.rendering.dynamic.pictures import PICTURES
from services.core.rendering.dynamic.places import PLACES
from services.core.rendering.dynamic.text import TEXT

DYNAMIC_VARIABLES: Final[Generators] = {
    **BASICS,
    **INTERNET,
    **PEOPLE,
    **PLACES,
    **PICTURES,
    **FINANCE,
    **BUSINESS,
    **DATES,
    **FILES,
    **TEXT,
}
