"""Files: names, types and places."""

import re
from collections.abc import Sequence
from typing import Final

from services.core.rendering.dynamic.chance import Generator, Generators, integer, pick, some
from services.core.rendering.dynamic.text import word
from services.core.rendering.sources import Sources
from services.core.rendering.words.files import (
    COMMON_EXTENSIONS,
    COMMON_TYPES,
    DIRECTORIES,
    EXTENSIONS,
    MEDIA_TYPES,
    TYPES,
)


def file_names(extensions: Sequence[str]) -> Generator:
    """Return what makes names of one to three words, with one of the extensions."""
    return lambda sources: f"{_stem(sources)}.{pick(sources.entropy, extensions)}"


def _stem(sources: Sources) -> str:
    words = "_".join([word(sources) for _ in range(integer(sources.entropy, 1, 3))])
    return _NO_WORD.sub("_", words.lower()).strip("_")


_NO_WORD: Final = re.compile("[^a-z0-9]+")

file_name: Final = file_names(EXTENSIONS)


def file_path(sources: Sources) -> str:
    """Return a file somewhere."""
    return f"{pick(sources.entropy, DIRECTORIES)}/{file_name(sources)}"


FILES: Final[Generators] = {
    "$randomFileName": file_name,
    "$randomFileType": some(TYPES),
    "$randomFileExt": some(EXTENSIONS),
    "$randomCommonFileName": file_names(COMMON_EXTENSIONS),
    "$randomCommonFileType": some(COMMON_TYPES),
    "$randomCommonFileExt": some(COMMON_EXTENSIONS),
    "$randomFilePath": file_path,
    "$randomDirectoryPath": some(DIRECTORIES),
    "$randomMimeType": some(MEDIA_TYPES),
}
