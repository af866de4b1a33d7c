"""Saved responses of format v1 as examples of format v2.1 (Postman's "Collection Format v1.0.0", `responses`).

What an example answers stands under `requestObject` or, in older files, under `request`: as an object, as the id of a
request of the collection, or as the JSON text of either. Where the collection does not have the id (the app also wrote
down ids of its history), the example answers its item's request.
"""

from contextlib import suppress
from typing import Final

from services.core.errors import InvalidInput, TooLarge
from services.core.postman.document import MAX_COLLECTION_BYTES, JsonObject, JsonValue, json_text, read_json
from services.core.postman.findings import Notes, Spot
from services.core.postman.identity import id_in_file
from services.core.postman.v1.elements import Element, elements_of, ids_in, numbers_by_id
from services.core.postman.v1.origins import EXAMPLE_FIELDS, REQUEST_FIELDS, Origins
from services.core.postman.v1.requests import header_entries, request_from_v1
from services.core.postman.v1.surroundings import present
from services.core.postman.values import object_of, text_of

UNNAMED: Final = "response"
"""The name that Postman gives to an example without one; `x-mock-response-name` selects by it."""


class ExampleConverter:
    """Converts the responses of one collection, whose requests they may refer to."""

    def __init__(self, requests: dict[int, Element], notes: Notes, origins: Origins) -> None:
        """Take the collection's requests, and what remembers findings and places."""
        self._requests = {id_: requests[number] for id_, number in numbers_by_id(requests).items()}
        self._notes = notes
        self._origins = origins
        self._sizes: dict[str, int] = {}
        self._repeated_bytes = 0

    def convert(self, request: JsonObject, spot: Spot) -> list[JsonValue]:
        """Return the examples of a request: in the order of `responses_order`, then those that it does not name."""
        responses = elements_of(request, "responses", spot, self._notes)
        numbers = numbers_by_id(responses)
        listed = [numbers[id_] for id_ in ids_in(request.get("responses_order")) if id_ in numbers]
        own_id = id_in_file(request.get("id"))
        return [self._example(responses[number], own_id, spot) for number in dict.fromkeys([*listed, *responses])]

    def _example(self, response: Element, own_id: str | None, item: Spot) -> JsonObject:
        value = response.json
        name = text_of(value.get("name")) or UNNAMED
        source = "requestObject" if value.get("requestObject") else "request"
        spot = Spot((*item.place, name), response.path)
        code = object_of(value.get("responseCode"))
        example = present(
            {
                "id": value.get("id"),
                "name": name,
                "originalRequest": self._original_request(value.get(source), own_id, spot.below(source)),
                "status": code.get("name"),
                "code": code.get("code"),
                "_postman_previewlanguage": value.get("language"),
                "_postman_previewtype": value.get("previewType"),
                "header": _headers(value.get("headers")),
                "cookie": value.get("cookies"),
                "responseTime": value.get("time"),
                "body": value.get("text"),
            }
        )
        self._origins.note(example, response.path, {**EXAMPLE_FIELDS, ("originalRequest",): (source,)})
        return example

    def _original_request(self, saved: JsonValue, own_id: str | None, spot: Spot) -> JsonValue:
        """Return the request that an example was saved with; None where that is its item's."""
        request = _without_quotes(saved) if isinstance(saved, str) else saved
        if isinstance(request, str):
            request = self._request_of_id(id_in_file(request), own_id, spot)
        if not isinstance(request, dict):
            return request  # Which the reader reports, if it is not null.
        converted = request_from_v1(request)
        self._origins.note(converted, spot.path, REQUEST_FIELDS)
        return converted

    def _request_of_id(self, id_: str | None, own_id: str | None, spot: Spot) -> JsonObject | None:
        if id_ is None or id_ == own_id:
            return None
        if id_ in self._requests:
            self._count_repetition(id_)
            return self._requests[id_].json
        self._notes.warn(spot, "names no request of the collection: the request of its item is used")
        return None

    def _count_repetition(self, id_: str) -> None:
        """Raise TooLarge where requests named by id, each of which v2.1 repeats, come to more than a collection."""
        if id_ not in self._sizes:
            self._sizes[id_] = len(json_text(self._requests[id_].json))
        self._repeated_bytes += self._sizes[id_]
        if self._repeated_bytes > MAX_COLLECTION_BYTES:
            raise TooLarge("Its examples refer to large requests too often. Split the collection into smaller ones.")


def _without_quotes(text: str) -> JsonObject | str:
    """Return the object or the text that a JSON text holds; a text that is no JSON as it is."""
    if text.lstrip().startswith(("{", '"')):
        with suppress(InvalidInput, TooLarge):
            value = read_json(text.encode("utf-8", "surrogatepass"))
            return value if isinstance(value, dict | str) else text
    return text


def _headers(value: JsonValue) -> JsonValue:
    return header_entries(value) if isinstance(value, list) else value
