"""Variables of collections and environments: a name, a value as text, and whether it takes part."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable. `value` is the text that is inserted; `type` is Postman's word: default, secret, string or any."""

    key: str
    value: str
    type: str = "default"
    is_enabled: bool = True
    description: str = ""
