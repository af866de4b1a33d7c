"""Replies that are made anew for each call: templates, dynamic variables, and seeds that make them repeatable."""

import asyncio
import json
from pathlib import Path

import pytest

from services.core.mocks import MockConfig, MockDraft
from tests.builders import a_request, an_example, an_item
from tests.services.edge.suite import Edge, Suite, running_edge

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = json.dumps(
    {
        "id": "{{$guid}}",
        "name": "{{$body 'user.name' 'nobody'}}",
        "page": "{{$queryParams 'page'}}",
        "user": "{{$pathSegments '1'}}",
        "tenant": "{{$headers 'X-Tenant' '{{$randomWord}}'}}",
        "prices": ["{{$randomPrice}}", "{{$randomPrice}}"],
    }
)

MADE_ANEW = an_item(
    an_example(originalRequest=a_request("POST", "https://api.example/users/:id"), body=BODY),
    an_example(originalRequest=a_request("GET", "https://api.example/users/:id"), body=BODY, id="get"),
)


async def test_a_reply_repeats_what_the_call_brought(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(MADE_ANEW)

    reply = await edge.call(
        mock, "/users/7?page=2", method="POST", json={"user": {"name": 'Ada "Lovelace"'}}, headers={"x-tenant": "acme"}
    )

    body = reply.json()
    assert ('Ada "Lovelace"', "2", "7", "acme") == (body["name"], body["page"], body["user"], body["tenant"])
    (entry,) = await suite.logged(mock.id)
    assert reply.content == entry.reply.body.data


async def test_each_reply_has_its_own_values(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(MADE_ANEW)

    bodies = [(await edge.call(mock, "/users/7")).json() for _ in range(20)]

    assert 20 == len({body["id"] for body in bodies})
    assert any(len(set(body["prices"])) == 2 for body in bodies)


async def test_a_seed_in_the_call_makes_its_reply_repeatable(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(MADE_ANEW)

    replies = [await edge.call(mock, "/users/7", headers={"x-mock-seed": seed}) for seed in ("a", "a", "b")]

    assert replies[0].content == replies[1].content
    assert replies[0].content != replies[2].content


async def test_the_seed_of_a_mock_makes_its_replies_the_same_on_every_edge(
    suite: Suite, edge: Edge, tmp_path: Path
) -> None:
    mock = await suite.mock(MADE_ANEW, config=MockConfig(seed="release 12"))
    twin = await suite.registry.create_mock(MockDraft(collection_id=mock.collection_id))

    async with running_edge(suite, tmp_path) as another:
        replies = [await one.call(mock, "/users/7") for one in (edge, another, edge)]

    assert 1 == len({reply.content for reply in replies})
    assert replies[0].content != (await edge.call(mock, "/users/8")).content
    assert replies[0].content != (await edge.call(mock, "/users/7", headers={"x-mock-seed": "release 13"})).content
    assert (await edge.call(twin, "/users/7")).content != (await edge.call(twin, "/users/7")).content


async def test_a_changed_seed_is_served_soon(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(MADE_ANEW, config=MockConfig(seed="before"))
    before = await edge.call(mock, "/users/7")

    draft = MockDraft(config=MockConfig(seed="after"))
    await suite.registry.update_mock(mock.id, draft, fields=["config.seed"])

    async with asyncio.timeout(5):
        while (after := await edge.call(mock, "/users/7")).content == before.content:
            await asyncio.sleep(0.01)
    assert after.content == (await edge.call(mock, "/users/7")).content


async def test_pictures_lie_where_the_edge_is_told(suite: Suite, tmp_path: Path) -> None:
    mock = await suite.mock(an_item(an_example(url="https://api.example/cat", body="{{$randomCatsImage}}")))

    async with running_edge(suite, tmp_path, image_url="https://pictures.example/") as edge:
        assert "https://pictures.example/cats" == (await edge.call(mock, "/cat")).text
