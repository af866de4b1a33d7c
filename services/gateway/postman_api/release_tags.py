"""Release tags, which Postman's API knows only by name: the `versionTag` of a mock.

These operations are Understudy's own, in the manner of the others: a tag names the content that a collection has at
that moment, and a mock with that `versionTag` keeps answering with it.
"""

from services.core.catalog import ReleaseTag
from services.core.postman.document import JsonObject
from services.gateway.postman_api.api_call import ApiCall
from services.gateway.postman_api.bodies import MAXIMUM_MOCK_BODY, read_body, wanted
from services.gateway.postman_api.faults import ParameterMissing
from services.gateway.postman_api.fields import Fields
from services.gateway.postman_api.times import stamp


async def list_release_tags(call: ApiCall, collection_id: str) -> JsonObject:
    """Return a collection's tags, newest first."""
    return {"versionTags": [_tag_json(tag) async for tag in call.suite.catalog.list_release_tags(collection_id)]}


async def create_release_tag(call: ApiCall, collection_id: str) -> JsonObject:
    """Give the collection's present content a name: `{"versionTag": {"name": "v1"}}`."""
    fields = Fields.of(wanted(read_body(await call.read_body(MAXIMUM_MOCK_BODY)), "versionTag"))
    name = fields.text("name")
    fields.check()
    if not name:
        raise ParameterMissing(["name"])
    tag = await call.suite.catalog.create_release_tag(collection_id, name, request_id=call.new_id())
    return {"versionTag": _tag_json(tag)}


async def delete_release_tag(call: ApiCall, collection_id: str, release_tag: str) -> JsonObject:
    """Forget a tag; mocks that are pinned to it no longer answer."""
    await call.suite.catalog.delete_release_tag(collection_id, release_tag)
    return {"versionTag": {"name": release_tag}}


def _tag_json(tag: ReleaseTag) -> JsonObject:
    return {"name": tag.name, "createdAt": stamp(tag.create_time), "createdBy": str(tag.created_by)}
