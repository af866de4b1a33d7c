"""The demo collection: every example of it can be had, as its description promises."""

import json
from typing import Any

import httpx
import pytest

from services.cli.demo import SHOP
from tests.e2e.suite import Suite
from tests.services.cli.command import Understudy

ONLY_BY_SELECTOR = {
    "Closed for maintenance": "503",  # The same request as "Open".
    "Sold out": "409",  # Differs from "Order placed" in its body alone.
}


def items_of(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [found for child in node.get("item", []) for found in items_of(child)] if "item" in node else [node]


EXAMPLES = [example for item in items_of(json.loads(SHOP.read_text())) for example in item["response"]]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_each_example_answers_its_own_request(suite: tuple[Suite, Understudy], example: dict[str, Any]) -> None:
    up, understudy = suite
    mock_id = understudy.json("mocks", "get", "Small shop")["id"]
    request = example["originalRequest"]
    path = request["url"]["raw"].removeprefix("{{baseUrl}}").replace("{{", "").replace("}}", "")
    selector = {"x-mock-response-code": ONLY_BY_SELECTOR[name]} if (name := example["name"]) in ONLY_BY_SELECTOR else {}

    reply = httpx.request(
        request["method"],
        f"{up.edge_url}/mocks/{mock_id}{path}",
        headers={header["key"]: header["value"] for header in request["header"]} | selector,
        content=request.get("body", {}).get("raw", ""),
    )

    assert example["code"] == reply.status_code
    assert example["body"].replace("{{productId}}", "productId").replace("{{orderId}}", "orderId") == reply.text
    assert [header["value"] for header in example["header"]] == [
        reply.headers[each["key"]] for each in example["header"]
    ]
