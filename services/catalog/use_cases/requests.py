"""What every use case asks of a request first: whose things it is about, and whether its fields are usable at all."""

from dataclasses import dataclass

from services.catalog.contents import etag_of
from services.catalog.store import RequestId
from services.core.access.principal import Principal, Role
from services.core.errors import InvalidInput, NotFound, StaleEtag
from services.core.ids import AccountId, Etag, split_uid
from services.core.postman.identity import MAX_ID_LENGTH, id_in_file

MAXIMUM_REQUEST_ID_LENGTH = 255
"""Characters: a UUID and whatever a pipeline likes to put before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a write is about: a thing's id or uid, the etag the caller saw (if any), the account a service names."""

    id: str
    etag: str = ""
    account_id: int = 0


def reader(principal: Principal, named_account: int) -> AccountId:
    """Return the account a caller reads. Raises InvalidInput where a service names none."""
    account_id = principal.account(named_account)
    if account_id < 1:
        raise InvalidInput.of("account_id", "names no account.", "A service must name the account it acts for.")
    return account_id


def editor(principal: Principal, named_account: int) -> AccountId:
    """Return the account a caller writes. Raises PermissionDenied for viewers, InvalidInput as `reader` does."""
    principal.require(Role.EDITOR)
    return reader(principal, named_account)


def known_id(kind: str, account_id: AccountId, id_or_uid: str) -> str:
    """Return the id of a thing that may exist. Raises NotFound for a text that is nobody's id."""
    plain = split_uid(account_id, id_or_uid)
    if id_in_file(plain) is None:
        raise NotFound(kind, id_or_uid)
    return plain


def chosen_id(field: str, account_id: AccountId, id_or_uid: str) -> str:
    """Return the id that a caller chose for a new thing, empty for none. Raises InvalidInput."""
    plain = split_uid(account_id, id_or_uid)
    if plain and id_in_file(plain) is None:
        raise InvalidInput.of(
            field, "cannot be an id.", f"Use up to {MAX_ID_LENGTH} characters without U+0000, such as a UUID."
        )
    return plain


def check_etag(given: str, present: Etag) -> None:
    """Raise StaleEtag where a caller names an etag that is not the present one."""
    if given and given != present:
        raise StaleEtag


def check_filter(field: str, value: str) -> None:
    """Raise InvalidInput where no stored text could equal a filter."""
    if "\0" in value:
        raise InvalidInput.of(field, "holds the character U+0000, which no name can.", "Take it out.")


def request_id_of(request_id: str, method: str, *arguments: bytes | str) -> RequestId:
    """Return the id of a create with the fingerprint of what it asks for. Raises InvalidInput."""
    if "\0" in request_id or len(request_id) > MAXIMUM_REQUEST_ID_LENGTH:
        raise InvalidInput.of(
            "request_id", "cannot be kept.", f"Use up to {MAXIMUM_REQUEST_ID_LENGTH} characters without U+0000."
        )
    parts = [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in (method, *arguments)]
    return RequestId(request_id, etag_of(*parts).encode())
