"""Numbers as Kubernetes writes them."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator

_UNITS: Final[Mapping[str, float]] = {
    "": 1,
    "m": 1e-3,
    **{unit: 1000.0**power for power, unit in enumerate("kMGT", start=1)},
    **{f"{unit}i": 1024.0**power for power, unit in enumerate("KMGT", start=1)},
}


def quantity(text: object) -> float:
    """Return the number that Kubernetes' `500m` or `64Mi` means. Raises ValueError where it means none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([a-zA-Z]*)", str(text))
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"{text!r} is no quantity")
    return float(found[1]) * _UNITS[found[2]]


Quantity = Annotated[float, BeforeValidator(quantity)]
