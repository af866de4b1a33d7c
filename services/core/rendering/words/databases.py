"""What databases and their columns are called."""

from typing import Final

from services.core.rendering.words import listed

COLUMNS: Final = listed(
    """avatar, category, comment, createdAt, email, group, id, name, password, phone, status, title, token,
    updatedAt"""
)

TYPES: Final = listed(
    """bigint, binary, bit, blob, boolean, date, datetime, decimal, double, enum, float, geometry, int, mediumint,
    point, real, serial, set, smallint, text, time, timestamp, tinyint, varchar"""
)

COLLATIONS: Final = listed(
    "ascii_bin, ascii_general_ci, cp1250_bin, cp1250_general_ci, utf8_bin, utf8_general_ci, utf8_unicode_ci"
)

ENGINES: Final = ("InnoDB", "MyISAM", "MEMORY", "CSV", "BLACKHOLE", "ARCHIVE")
