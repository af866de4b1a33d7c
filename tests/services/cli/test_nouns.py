"""`understudy collections`, `environments`, `keys`, `users` and `accounts`."""

import uuid
from pathlib import Path

import pytest

from tests.builders import a_collection, an_environment, document
from tests.services.cli.command import Understudy


@pytest.fixture
def collection(understudy: Understudy, tmp_path: Path) -> str:
    """Return the id of a new collection."""
    file = tmp_path / "collection.json"
    collection_id = str(uuid.uuid4())
    file.write_bytes(document(a_collection(id=collection_id, name=f"Collection {collection_id}")))
    understudy.json("import", file)
    return collection_id


@pytest.fixture
def environment(understudy: Understudy, tmp_path: Path) -> str:
    """Return the id of a new environment with the variables `host` and `port`."""
    file = tmp_path / "environment.json"
    environment_id = str(uuid.uuid4())
    file.write_bytes(document(an_environment({"host": "a", "port": "1"}, id=environment_id, name=environment_id)))
    understudy.json("environments", "create", file)
    return environment_id


def test_an_exported_collection_is_byte_equal_to_what_was_imported(
    understudy: Understudy, collection: str, tmp_path: Path
) -> None:
    imported = (tmp_path / "collection.json").read_bytes()

    printed = understudy("collections", "export", collection).output
    understudy("collections", "export", collection, "--output", tmp_path / "exported.json")

    assert imported.decode() == printed
    assert imported == (tmp_path / "exported.json").read_bytes()


def test_a_collection_is_renamed_found_by_its_new_name_and_deleted(understudy: Understudy, collection: str) -> None:
    name = f"Renamed {collection}"
    understudy.json("collections", "update", collection, "--name", name)

    found = understudy.json("collections", "get", name)
    deleted = understudy("collections", "delete", name)

    assert collection == found["id"]
    assert f"Deleted the collection '{name}' ({collection}).\n" == deleted.output
    assert understudy.json("collections", "list", "--name", name) == []


def test_an_update_without_a_change_is_explained(understudy: Understudy, collection: str) -> None:
    ran = understudy("collections", "update", collection)

    assert (1, "Error: update: has nothing to change. Give --name or --description.\n") == (ran.code, ran.errors)


def test_release_tags_are_made_listed_and_deleted(understudy: Understudy, collection: str) -> None:
    understudy.json("collections", "tag", collection, "v1")
    understudy.json("collections", "tag", collection, "v2")

    tags = [tag["name"] for tag in understudy.json("collections", "tags", collection)]
    twice = understudy("collections", "tag", collection, "v1")
    understudy.json("collections", "untag", collection, "v1")

    assert ["v2", "v1"] == tags
    assert twice.code == 1
    assert "exists already" in twice.errors
    assert ["v2"] == [tag["name"] for tag in understudy.json("collections", "tags", collection)]


def test_examples_are_listed_with_their_place(understudy: Understudy) -> None:
    lines = understudy("collections", "examples", "Small shop").output.splitlines()

    assert ["PLACE", "EXAMPLE", "METHOD", "PATH", "CODE", "ID"] == lines[0].split()
    assert lines[1].startswith("Products > List products ")
    assert len(lines) == 16


def test_variables_of_an_environment_are_set_and_removed(understudy: Understudy, environment: str) -> None:
    changed = understudy.json(
        "environments", "update", environment, "--set", "host=b=c", "--set", "new=2", "--unset", "port"
    )

    assert [("host", "b=c"), ("new", "2")] == [(each["key"], each["value"]) for each in changed["variables"]]


def test_a_file_replaces_the_environment_of_its_id(understudy: Understudy, environment: str, tmp_path: Path) -> None:
    file = tmp_path / "again.json"
    file.write_bytes(document(an_environment({"only": "this"}, id=environment, name="Again")))

    replaced = understudy.json("environments", "create", file)

    assert environment == replaced["id"]
    assert ["only"] == [each["key"] for each in replaced["variables"]]


def test_an_environment_is_shown_with_its_variables_and_deleted(understudy: Understudy, environment: str) -> None:
    shown = understudy("environments", "get", environment).output
    deleted = understudy.json("environments", "delete", environment)

    assert "VARIABLE  VALUE  ENABLED\nhost      a      yes\nport      1      yes\n" in shown
    assert {"deleted": environment} == deleted
    assert environment not in understudy("environments", "list").output


def test_a_collection_is_no_environment(understudy: Understudy, collection: str, tmp_path: Path) -> None:
    ran = understudy("environments", "create", tmp_path / "collection.json")

    assert collection
    assert ran.code == 1
    assert "is a collection, not an environment. Import it as a collection." in ran.errors


def test_a_new_key_works_until_it_is_revoked(understudy: Understudy) -> None:
    made = understudy.json("keys", "create", "ci")

    works = understudy("mocks", "list", "--api-key", made["secret"])
    understudy.json("keys", "revoke", made["api_key"]["id"])
    refused = understudy("mocks", "list", "--api-key", made["secret"])

    assert works.code == 0
    assert (1, "Error: This API key is not valid: it is unknown or was revoked.\n") == (refused.code, refused.errors)
    assert made["api_key"]["id"] not in understudy("keys", "list").output
    assert made["api_key"]["id"] in understudy("keys", "list", "--revoked").output


def test_a_viewer_may_look_but_not_write(understudy: Understudy, collection: str) -> None:
    user = understudy.json("users", "create", f"viewer-{uuid.uuid4()}", "--role", "viewer")
    key = understudy.json("keys", "create", "a viewer's", "--user", user["id"])["secret"]

    looked = understudy("collections", "get", collection, "--api-key", key)
    wrote = understudy("collections", "delete", collection, "--api-key", key)

    assert looked.code == 0
    assert (1, "Error: This needs the role editor; yours is viewer.\n") == (wrote.code, wrote.errors)


def test_users_are_changed_and_deleted(understudy: Understudy) -> None:
    name = f"user-{uuid.uuid4()}"
    user = understudy.json("users", "create", name, "--email", "a@example.com")

    changed = understudy.json("users", "update", user["id"], "--role", "administrator", "--full-name", "Ada")
    understudy.json("users", "delete", user["id"])

    assert ("administrator", "Ada", "a@example.com") == (changed["role"], changed["full_name"], changed["email"])
    assert name not in understudy("users", "list").output


def test_accounts_are_made_listed_and_renamed(understudy: Understudy) -> None:
    account = understudy.json("accounts", "create", "Second")

    renamed = understudy.json("accounts", "update", account["id"], "--name", "Renamed")

    assert "Renamed" == renamed["name"]
    assert "Renamed" in understudy("accounts", "list").output
