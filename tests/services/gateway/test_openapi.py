"""The API is what its own description says, whoever reads it and whatever they try."""

import asyncio
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.gateway.postman_api.openapi import BODIES, QUERIES, openapi_document
from services.gateway.postman_api.routes import ROUTES
from tests.services.gateway.conftest import Caller, House

pytestmark = pytest.mark.asyncio(loop_scope="package")

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


async def test_the_description_is_there_for_everybody_and_names_every_route(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.gateway_url) as stranger:
        described = (await stranger.get("/openapi.json")).json()

    operations = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert len(ROUTES) == len(operations)
    assert ("GET", "/mocks/{mockId}/call-logs") in operations
    assert "Make a mock of a collection." == described["paths"]["/mocks"]["post"]["summary"]


async def test_every_described_body_and_query_belongs_to_a_route() -> None:
    handlers = {route.handler for route in ROUTES}

    assert {*BODIES, *QUERIES} <= handlers
    assert {route.handler for route in ROUTES if route.method == "PUT"} <= BODIES.keys()


async def test_every_operation_answers_as_described_whatever_it_is_sent(house: House, caller: Caller) -> None:
    schema = schemathesis.openapi.from_dict(openapi_document(ROUTES))
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]

    def try_all() -> None:
        for operation in operations:

            @settings(
                max_examples=12,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.explicit, Phase.generate],
            )
            @given(case=operation.as_strategy())
            def answers_as_described(case: schemathesis.Case[Any]) -> None:
                case.call_and_validate(
                    base_url=house.gateway_url, headers={"x-api-key": caller.key}, checks=CHECKS, timeout=60
                )

            answers_as_described()

    await asyncio.to_thread(try_all)

    assert len(ROUTES) == len(operations)
