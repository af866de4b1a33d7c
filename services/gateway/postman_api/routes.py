"""Every operation of the API that there is."""

from services.core.postman.document import JsonObject
from services.gateway.postman_api import call_logs, collections, environments, me, mocks, release_tags, server
from services.gateway.postman_api.api_call import ApiCall, Resource, Route
from services.gateway.postman_api.openapi import openapi_document


async def describe_api(_: ApiCall) -> JsonObject:
    """Describe the API in OpenAPI 3.1."""
    return openapi_document(ROUTES)


ROUTES = (
    Route("GET", "/", Resource.SERVER, server.describe),
    Route("GET", "/healthz", Resource.SERVER, server.tell_health),
    Route("GET", "/openapi.json", Resource.SERVER, describe_api),
    Route("GET", "/me", Resource.USER, me.get_me),
    Route("GET", "/collections", Resource.COLLECTION, collections.list_collections),
    Route("POST", "/collections", Resource.COLLECTION, collections.create_collection),
    Route("GET", "/collections/<collection_id>", Resource.COLLECTION, collections.get_collection),
    Route("PUT", "/collections/<collection_id>", Resource.COLLECTION, collections.replace_collection),
    Route("DELETE", "/collections/<collection_id>", Resource.COLLECTION, collections.delete_collection),
    Route("GET", "/collections/<collection_id>/version-tags", Resource.RELEASE_TAG, release_tags.list_release_tags),
    Route("POST", "/collections/<collection_id>/version-tags", Resource.RELEASE_TAG, release_tags.create_release_tag),
    Route(
        "DELETE",
        "/collections/<collection_id>/version-tags/<release_tag>",
        Resource.RELEASE_TAG,
        release_tags.delete_release_tag,
    ),
    Route("GET", "/environments", Resource.ENVIRONMENT, environments.list_environments),
    Route("POST", "/environments", Resource.ENVIRONMENT, environments.create_environment),
    Route("GET", "/environments/<environment_id>", Resource.ENVIRONMENT, environments.get_environment),
    Route("PUT", "/environments/<environment_id>", Resource.ENVIRONMENT, environments.replace_environment),
    Route("DELETE", "/environments/<environment_id>", Resource.ENVIRONMENT, environments.delete_environment),
    Route("GET", "/mocks", Resource.MOCK, mocks.list_mocks),
    Route("POST", "/mocks", Resource.MOCK, mocks.create_mock),
    Route("GET", "/mocks/<mock_id>", Resource.MOCK, mocks.get_mock),
    Route("PUT", "/mocks/<mock_id>", Resource.MOCK, mocks.update_mock),
    Route("DELETE", "/mocks/<mock_id>", Resource.MOCK, mocks.delete_mock),
    Route("POST", "/mocks/<mock_id>/publish", Resource.MOCK, mocks.publish_mock),
    Route("DELETE", "/mocks/<mock_id>/unpublish", Resource.MOCK, mocks.unpublish_mock),
    Route("GET", "/mocks/<mock_id>/call-logs", Resource.MOCK, call_logs.list_call_logs),
)
