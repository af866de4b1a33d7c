"""Variables of collections and environments, read as the text that Postman inserts for them, and written back."""

from services.core.postman.document import JsonObject
from services.core.postman.values import description_of, is_disabled, javascript_text, key_of
from services.core.postman.variable import Variable


def read_variable(entry: JsonObject) -> Variable:
    """Return the variable of a `{key or id, value, type, disabled or enabled, description}`.

    `value` is what JavaScript makes of it as text: an object is `[object Object]`, null is `null`.
    """
    kind = entry.get("type")
    return Variable(
        key=key_of(entry),
        value=javascript_text(entry.get("value", "")),
        type=kind if isinstance(kind, str) and kind else "default",
        is_enabled=not is_disabled(entry),
        description=description_of(entry),
    )


def variable_to_json(variable: Variable) -> JsonObject:
    """Return the entry of an environment that reads as `variable`."""
    return {
        "key": variable.key,
        "value": variable.value,
        "type": variable.type,
        "enabled": variable.is_enabled,
        **({"description": variable.description} if variable.description else {}),
    }
