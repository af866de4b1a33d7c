"""How a body is written down in the call log: Postman's word for its form, from the call's content type."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.core.matching.body_formats import BINARY_FAMILIES, essence_of

MODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": "raw",
        "application/x-www-form-urlencoded": "urlencoded",
        "multipart/form-data": "formdata",
        "application/graphql": "graphql",
        "application/octet-stream": "file",
        "application/pdf": "file",
        "application/zip": "file",
    }
)
"""Content types with a form of their own; text of any kind is raw."""


def body_mode(content_type: str | None) -> str:
    """Return Postman's word for the form of a body: raw, urlencoded, formdata, graphql or file."""
    if content_type is None:
        return "raw"
    essence = essence_of(content_type)
    return MODES.get(essence) or ("file" if essence.startswith(BINARY_FAMILIES) else "raw")
