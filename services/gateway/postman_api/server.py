"""The gateway about itself: what it is, and that it lives."""

from services.core.postman.document import JsonObject
from services.gateway.postman_api.api_call import ApiCall


async def describe(_: ApiCall) -> JsonObject:
    """Say what answers here, for whoever opens the address in a browser."""
    return {
        "name": "Understudy",
        "description": "A self-hosted mock server platform. Here is its REST API, which speaks Postman's.",
        "authentication": "Send your API key in the x-api-key header.",
        "documentation": "https://learning.postman.com/docs/developer/postman-api/intro-api/",
        "openapi": "/openapi.json",
    }


async def tell_health(_: ApiCall) -> JsonObject:
    """Say that the process answers."""
    return {"status": "ok"}
