"""What the catalog does for a caller: who may, what is valid, and in which order things are written."""

from services.catalog.use_cases.collections import Collections, ImportOrder
from services.catalog.use_cases.environments import Environments
from services.catalog.use_cases.examples import Examples, NewExample
from services.catalog.use_cases.lists import PageOrder
from services.catalog.use_cases.release_tags import ReleaseTags
from services.catalog.use_cases.requests import Target
from services.catalog.use_cases.watching import watch

__all__ = [
    "Collections",
    "Environments",
    "Examples",
    "ImportOrder",
    "NewExample",
    "PageOrder",
    "ReleaseTags",
    "Target",
    "watch",
]
