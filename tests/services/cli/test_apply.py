"""`understudy apply`: the files of directories become collections, environments and mocks, again and again."""

import asyncio
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders import a_collection, an_environment, an_example, an_item
from tests.e2e.suite import Suite, eventually
from tests.ports import free_ports
from tests.services.cli.command import Understudy
from tests.services.cli.volumes import ConfigMapVolume

END_SECONDS = 5.0
"""SIGTERM ends a watch at once; a busy machine takes its time to notice."""


@dataclass(frozen=True, slots=True)
class Files:
    """A volume with the files of one collection, and their names, which no other test uses."""

    volume: ConfigMapVolume
    mark: str

    @property
    def path(self) -> Path:
        """Return the directory."""
        return self.volume.path

    def collection(self, body: str = "{}") -> dict[str, Any]:
        """Return the collection, whose one example has that body."""
        return a_collection(an_item(an_example(body=body)), name=f"API {self.mark}", id=f"api-{self.mark}")

    def environment(self, value: str = "1") -> dict[str, Any]:
        """Return the environment."""
        return an_environment({"one": value}, name=f"Env {self.mark}", id=f"env-{self.mark}")

    def mock(self, **fields: object) -> dict[str, Any]:
        """Return the mock, as a manifest has it."""
        return {"name": f"Mock {self.mark}", "collection": f"API {self.mark}"} | fields

    def write(self, *mocks: dict[str, Any], body: str = "{}", value: str = "1", **others: object) -> None:
        """Write collection, environment and a manifest."""
        self.volume.write(
            {
                "api.json": self.collection(body),
                "env.json": self.environment(value),
                "mocks.json": {"mocks": list(mocks or (self.mock(),))},
                **{f"{name}.json": content for name, content in others.items()},
            }
        )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(ConfigMapVolume(tmp_path / "volume"), uuid.uuid4().hex[:12])


def outcomes(report: Any) -> list[tuple[str, str]]:
    return [(thing["kind"], thing["outcome"]) for thing in report["applied"]]


def test_everything_is_created_and_a_second_time_left_alone(understudy: Understudy, files: Files) -> None:
    files.write(files.mock(environment=f"Env {files.mark}", private=True, delay=5), body='{"one": "{{one}}"}')

    first = understudy.json("apply", files.path)
    before = understudy.json("mocks", "get", f"Mock {files.mark}")
    second = understudy.json("apply", files.path)
    after = understudy.json("mocks", "get", f"Mock {files.mark}")

    assert [(kind, "created") for kind in ("collection", "environment", "mock")] == outcomes(first)
    assert [(kind, "unchanged") for kind in ("collection", "environment", "mock")] == outcomes(second)
    assert before == after
    assert ("private", f"env-{files.mark}", {"duration_seconds": 0.005, "preset": ""}) == (
        after["visibility"],
        after["environment_id"],
        after["config"]["delay"],
    )


def test_what_differs_is_updated_and_named_and_the_mock_keeps_its_url(understudy: Understudy, files: Files) -> None:
    files.write()
    url = understudy.json("apply", files.path)["applied"][2]["url"]
    files.write(files.mock(description="New.", config={"matchBody": True}), body='{"new": 1}', value="2")

    report = understudy.json("apply", files.path)

    assert [(kind, "updated") for kind in ("collection", "environment", "mock")] == outcomes(report)
    assert [[], ["variables"], ["description", "config.match_body"]] == [each["changes"] for each in report["applied"]]
    assert url == report["applied"][2]["url"]
    eventually(lambda: answers(f"{url}/users/1", {"new": 1}))


def test_a_mock_that_was_changed_by_hand_is_put_back_and_one_that_was_deleted_is_made_again(
    understudy: Understudy, files: Files
) -> None:
    files.write()
    understudy.json("apply", files.path)
    understudy.json("mocks", "update", f"Mock {files.mark}", "--delay", "2g")
    put_back = understudy.json("apply", files.path)["applied"][2]
    understudy("mocks", "delete", f"Mock {files.mark}")

    made_again = understudy.json("apply", files.path)["applied"][2]

    assert ("updated", ["config.delay"]) == (put_back["outcome"], put_back["changes"])
    assert "created" == made_again["outcome"]
    assert put_back["id"] != made_again["id"]
    assert understudy.json("mocks", "get", f"Mock {files.mark}")["id"] == made_again["id"]


def test_a_mock_that_was_renamed_is_made_again_beside_it(understudy: Understudy, files: Files) -> None:
    files.write()
    first = understudy.json("apply", files.path)["applied"][2]
    understudy.json("mocks", "update", f"Mock {files.mark}", "--name", f"Renamed {files.mark}")

    second = understudy.json("apply", files.path)["applied"][2]

    assert ("created", f"Mock {files.mark}") == (second["outcome"], second["name"])
    assert first["id"] != second["id"]


def test_two_at_once_make_one_mock(understudy: Understudy, up: Suite, files: Files) -> None:
    files.write()

    async def both() -> Sequence[tuple[int | None, str]]:
        return await asyncio.gather(*(once(up, files) for _ in range(2)))

    async def once(up: Suite, files: Files) -> tuple[int | None, str]:
        process = await started(up, str(files.path))
        out, _ = await process.communicate()
        return process.returncode, out.decode()

    ran = asyncio.run(both())

    assert [0, 0] == [code for code, _ in ran], ran
    named = [mock for mock in understudy.json("mocks", "list") if mock["name"] == f"Mock {files.mark}"]
    assert 1 == len(named)


def test_a_mock_whose_collection_was_deleted_answers_again_once_it_is_there(
    understudy: Understudy, files: Files
) -> None:
    files.write()
    mock = understudy.json("apply", files.path)["applied"][2]
    understudy("collections", "delete", f"api-{files.mark}")
    eventually(lambda: is_deactivated(understudy, mock["id"]))

    report = understudy.json("apply", files.path)

    assert [("collection", "created"), ("environment", "unchanged")] == outcomes(report)[:2]
    assert report["applied"][2]["outcome"] in ("updated", "unchanged")  # registry's own watch may have been quicker.
    assert not understudy.json("mocks", "get", mock["id"])["is_deactivated"]
    eventually(lambda: answers(f"{mock['url']}/users/1", {}))


def test_server_responses_are_made_changed_and_activated(understudy: Understudy, files: Files) -> None:
    down = {"name": "Down", "statusCode": 503, "body": "down"}
    files.write(files.mock(serverResponses=[down | {"active": True}]))
    mock = understudy.json("apply", files.path)["applied"][2]
    eventually(lambda: answers_status(mock["url"], 503))
    again = understudy.json("apply", files.path)["applied"][2]
    files.write(files.mock(serverResponses=[down | {"statusCode": 500}]))

    changed = understudy.json("apply", files.path)["applied"][2]

    assert ("created", "unchanged", "updated") == (mock["outcome"], again["outcome"], changed["outcome"])
    assert ["config.server_response_id", "server_responses"] == changed["changes"]
    eventually(lambda: answers(f"{mock['url']}/users/1", {}))


def test_an_active_server_response_that_no_manifest_speaks_of_stays_active(
    understudy: Understudy, files: Files
) -> None:
    files.write(files.mock(serverResponses=[{"name": "Down", "statusCode": 503, "active": True}]))
    understudy.json("apply", files.path)
    files.write()

    report = understudy.json("apply", files.path)

    assert ("mock", "unchanged") == outcomes(report)[2]


def test_what_is_wrong_is_named_and_everything_else_is_applied(understudy: Understudy, files: Files) -> None:
    files.write(files.mock(), files.mock(name="Lost", collection="nowhere"), strange="[]")

    ran = understudy("apply", files.path)

    assert ran.code == 1
    assert [
        (
            f"Error: {files.path}/strange.json: is neither a collection, an environment nor a manifest. "
            'Export it from Postman again, or list mocks in it: {"mocks": […]}.'
        ),
        (
            f"Error: {files.path}/mocks.json: mocks[1].collection: There is no collection 'nowhere' that you may see. "
            "Put the collection's file beside this one."
        ),
        "Error: 2 things are wrong in the files; everything else is applied.",
    ] == ran.errors.splitlines()
    assert "3 created, 0 updated, 0 unchanged, 2 refused" == ran.output.splitlines()[-1]


def test_a_name_that_two_mocks_have_already_is_refused_with_their_ids(understudy: Understudy, files: Files) -> None:
    files.write()
    first = understudy.json("apply", files.path)["applied"][2]["id"]
    second = understudy.json("mocks", "create", f"api-{files.mark}", "--name", f"Mock {files.mark}")["id"]

    ran = understudy("apply", files.path)

    assert ran.code == 1
    assert f"mocks.json: mocks[0].name: 2 mocks have the name 'Mock {files.mark}' already: {first}, {second}." in (
        ran.errors
    )


def test_an_environment_whose_name_is_there_twice_is_asked_for_by_id(understudy: Understudy, files: Files) -> None:
    twin = an_environment({}, name=f"Env {files.mark}", id=f"twin-{files.mark}")
    files.write(files.mock(environment=f"Env {files.mark}"), twin=twin)

    ran = understudy("apply", files.path)

    assert ran.code == 1
    assert (
        f"Error: {files.path}/mocks.json: mocks[0].environment: 2 have the name 'Env {files.mark}'. "
        f"Say which by its id: env-{files.mark}, twin-{files.mark}."
    ) == ran.errors.splitlines()[0]


def test_what_registry_refuses_is_named_by_the_manifests_key(understudy: Understudy, files: Files) -> None:
    files.write(files.mock(versionTag="never"))

    ran = understudy("apply", files.path)

    assert ran.code == 1
    assert "mocks.json: mocks[0]" in ran.errors
    assert "'never'" in ran.errors


def test_nothing_is_deleted_that_is_no_longer_listed(understudy: Understudy, files: Files) -> None:
    files.write()
    understudy.json("apply", files.path)
    files.volume.write({"env.json": files.environment()})

    report = understudy.json("apply", files.path)

    assert [("environment", "unchanged")] == outcomes(report)
    assert understudy.json("mocks", "get", f"Mock {files.mark}")["collection_id"] == f"api-{files.mark}"


def test_a_directory_without_files_is_refused_like_one_that_is_not_there(
    understudy: Understudy, tmp_path: Path
) -> None:
    empty = understudy("apply", tmp_path)
    missing = understudy("apply", tmp_path / "nowhere")

    assert (1, f"Error: There is no *.json file below {tmp_path}.\n") == (empty.code, empty.errors)
    assert (1, f"Error: {tmp_path}/nowhere is no directory that can be read.\n") == (missing.code, missing.errors)


def test_services_that_are_away_are_said_to_be_and_a_wrong_key_too(
    understudy: Understudy, up: Suite, files: Files
) -> None:
    files.write()
    (port,) = free_ports(1)

    away = understudy("apply", files.path, UNDERSTUDY_SERVER=f"localhost:{port}", UNDERSTUDY_API_KEY=up.api_key)
    wrong = understudy("apply", files.path, UNDERSTUDY_SERVER=up.grpc_target, UNDERSTUDY_API_KEY="wrong" * 8)

    assert (1, 1) == (away.code, wrong.code)
    assert f"Error: Nobody answers at localhost:{port}" in away.errors
    assert "Error: " in wrong.errors
    assert "Traceback" not in wrong.errors


async def test_a_watch_says_each_change_once_and_ends_on_sigterm(up: Suite, files: Files) -> None:
    files.write()
    async with watching(up, files) as process:
        first = [await line_of(process) for _ in range(4)]
        files.write(files.mock(description="Changed."))
        changed = [await line_of(process) for _ in range(2)]
        process.terminate()
        code = await asyncio.wait_for(process.wait(), END_SECONDS)

    assert ["created", "created", "created"] == [line.split()[0] for line in first[:3]]
    assert "3 created, 0 updated, 0 unchanged, 0 refused" == first[3]
    assert changed[0].startswith(f"updated    mock 'Mock {files.mark}'")
    assert changed[0].endswith(": description")
    assert "0 created, 1 updated, 2 unchanged, 0 refused" == changed[1]
    assert code == 0


async def test_a_watch_goes_on_after_a_wrong_file(up: Suite, files: Files) -> None:
    files.write(strange="[]")
    async with watching(up, files) as process:
        wrong = await error_of(process)
        for _ in range(4):
            await line_of(process)
        files.write(files.mock(description="Changed."))
        changed = await line_of(process)

    assert "strange.json: is neither" in wrong
    assert changed.startswith("updated    mock")


async def test_a_watch_tries_again_what_was_refused_once_what_it_needs_has_come_from_elsewhere(
    understudy: Understudy, up: Suite, files: Files, tmp_path: Path
) -> None:
    files.volume.write({"mocks.json": {"mocks": [files.mock()]}})
    (tmp_path / "api.json").write_text(json.dumps(files.collection()))
    async with watching(up, files) as process:
        refused = await error_of(process)
        summary = await line_of(process)
        await asyncio.to_thread(understudy.json, "import", tmp_path / "api.json")
        tried_again = await line_of(process)
        process.terminate()
        _, errors = await process.communicate()

    assert f"mocks.json: mocks[0].collection: There is no collection 'API {files.mark}'" in refused
    assert "0 created, 0 updated, 0 unchanged, 1 refused" == summary
    assert tried_again.startswith(f"created    mock 'Mock {files.mark}'")
    assert b"" == errors


async def test_a_watch_of_what_is_empty_says_so_once_and_takes_what_comes(up: Suite, files: Files) -> None:
    files.volume.write({})
    async with watching(up, files) as process:
        complaint = await error_of(process)
        files.write()
        first = await line_of(process)

    assert f"Error: There is no *.json file below {files.path}. Trying again." == complaint
    assert first.startswith("created    collection")


async def test_a_watch_waits_for_services_that_are_away_and_complains_once(up: Suite, files: Files) -> None:
    files.write()
    (port,) = free_ports(1)
    async with watching(up, files, server=f"localhost:{port}") as process:
        complaint = await error_of(process)
        async with forwarding(port, up.grpc_target):
            first = await line_of(process)
        process.terminate()
        _, errors = await process.communicate()

    assert complaint.startswith(f"Error: Nobody answers at localhost:{port}")
    assert complaint.endswith("Trying again.")
    assert first.startswith("created    collection")
    assert b"" == errors


@asynccontextmanager
async def watching(up: Suite, files: Files, *, server: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `apply --watch` until left."""
    process = await started(up, str(files.path), "--watch", "--interval", "0.1", server=server)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def started(up: Suite, *arguments: str, server: str = "") -> asyncio.subprocess.Process:
    environment = {"UNDERSTUDY_SERVER": server or up.grpc_target, "UNDERSTUDY_API_KEY": up.api_key}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "apply", *arguments),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().rstrip("\n")


async def error_of(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await asyncio.wait_for(process.stderr.readline(), 30)).decode().rstrip("\n")


@asynccontextmanager
async def forwarding(port: int, target: str) -> AsyncIterator[None]:
    """Forward connections from a port to `host:port`."""
    host, _, there = target.rpartition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, int(there))
        await asyncio.gather(copied(reader, far_writer), copied(far_reader, writer), return_exceptions=True)

    async with await asyncio.start_server(serve, "localhost", port):
        yield


async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


def answers(url: str, body: object) -> None:
    reply = httpx.get(url)
    assert (200, body) == (reply.status_code, reply.json())


def answers_status(url: str, status: int) -> None:
    assert status == httpx.get(f"{url}/users/1").status_code


def is_deactivated(understudy: Understudy, mock: str) -> None:
    assert understudy.json("mocks", "get", mock)["is_deactivated"]
