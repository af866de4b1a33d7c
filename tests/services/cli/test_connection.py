"""Where a command finds its server and its key, and what it says where it finds none."""

import socket
from pathlib import Path

import pytest

from services.cli.connection import Connection, key_of, targets_of, why_unavailable
from services.cli.data_directory import DataDirectory, Running
from services.core.errors import FailedPrecondition, Unauthenticated, Unavailable
from tests.e2e.suite import Suite
from tests.ports import free_ports
from tests.services.cli.command import Understudy

LOCAL_KEY = "USK-the-key-in-the-credentials-file-01"


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    """Return the data directory of an `up` that was killed: it says where, and nobody holds it."""
    directory = DataDirectory(tmp_path)
    directory.make()
    directory.write_api_key(LOCAL_KEY)
    directory.write_running(Running(pid=1, grpc="localhost:7001", gateway_url="", edge_url="", metrics_url=""))
    return directory


def test_the_running_up_is_found_through_its_data_directory(directory: DataDirectory) -> None:
    connection = Connection(data=directory.path)

    with directory.locked():
        targets = targets_of(connection, directory)

    assert {"localhost:7001"} == set(targets.all())
    assert LOCAL_KEY == key_of(connection, directory)


def test_a_killed_up_is_not_taken_for_a_running_one(directory: DataDirectory) -> None:
    with pytest.raises(
        FailedPrecondition, match=r"^No Understudy runs on .*: start one with `understudy up`, or name a"
    ):
        targets_of(Connection(data=directory.path), directory)


def test_one_service_can_be_elsewhere(directory: DataDirectory) -> None:
    connection = Connection(server="here:1", calllog_server="there:2")

    targets = targets_of(connection, directory)

    assert ("here:1", "here:1", "there:2") == targets.all()


def test_the_local_key_is_never_sent_to_a_server_that_was_named(directory: DataDirectory) -> None:
    with pytest.raises(Unauthenticated, match="UNDERSTUDY_API_KEY"):
        key_of(Connection(server="elsewhere:7000"), directory)


def test_a_key_that_is_given_wins(directory: DataDirectory) -> None:
    assert "given" == key_of(Connection(api_key="given"), directory)


def test_a_directory_is_held_by_one_at_a_time(directory: DataDirectory) -> None:
    with directory.locked(), pytest.raises(FailedPrecondition, match=r"\(process 1, gRPC on localhost:7001\)"):
        directory.locked().__enter__()

    assert not directory.is_running()


def test_a_file_that_was_cut_off_says_nothing(directory: DataDirectory) -> None:
    (directory.path / "running.json").write_text('{"pid": 1')

    assert directory.running() is None


def test_a_server_can_be_named_with_the_environment(understudy: Understudy, up: Suite, tmp_path: Path) -> None:
    ran = understudy(
        "mocks",
        "list",
        UNDERSTUDY_DATA=str(tmp_path),
        UNDERSTUDY_SERVER=up.grpc_target,
        UNDERSTUDY_API_KEY=up.api_key,
    )

    assert ran.code == 0
    assert "Small shop" in ran.output


def test_a_server_that_does_not_answer_is_named(understudy: Understudy) -> None:
    [port] = free_ports(1)

    ran = understudy("mocks", "list", "--server", f"localhost:{port}", "--api-key", "x")

    assert ran.code == 1
    assert ran.errors.startswith(f"Error: Nobody answers at localhost:{port}: is Understudy running there?")


def test_a_service_that_the_command_does_not_ask_is_not_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        here = f"127.0.0.1:{listening.getsockname()[1]}"
        connection = Connection(catalog_server=here, registry_server=here, calllog_server="127.0.0.1:1")

        of_those_asked = why_unavailable(connection, Unavailable("It is busy."), services=("catalog", "registry"))
        of_all = why_unavailable(connection, Unavailable("It is busy."))

    assert "It is busy." == of_those_asked
    assert of_all.startswith("Nobody answers at 127.0.0.1:1:")


def test_a_wrong_key_is_refused(understudy: Understudy) -> None:
    ran = understudy("mocks", "list", "--api-key", "wrong")

    assert (1, "Error: This API key is not valid: it is unknown or was revoked.\n") == (ran.code, ran.errors)
