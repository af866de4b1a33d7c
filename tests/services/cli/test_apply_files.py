"""What `understudy apply` reads: the files of directories, what they want, and what is wrong with them."""

import errno
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.cli.apply.contents import Contents, contents_of
from services.cli.apply.directory import ReadFile, files_below, read_file, signature_of
from services.cli.apply.plan import mock_changes
from services.core.access.visibility import Visibility
from services.core.errors import FailedPrecondition
from services.core.ids import AccountId, CollectionId, Etag, MockId, ServerResponseId
from services.core.matching.settings import MatchSettings
from services.core.mocks import Delay, Mock, MockConfig, MockDraft
from tests.builders import a_collection, an_environment, document
from tests.services.cli.volumes import ConfigMapVolume

ACCOUNT = AccountId(7)


@pytest.fixture
def volume(tmp_path: Path) -> ConfigMapVolume:
    return ConfigMapVolume(tmp_path / "volume")


def test_the_files_of_a_configmap_are_read_once_through_their_links(volume: ConfigMapVolume) -> None:
    volume.write({"a.json": {"mocks": []}, "notes.txt": "no JSON", "b.json": "{}"})

    assert [volume.path / "a.json", volume.path / "b.json"] == files_below([volume.path])
    assert b'{"mocks": []}' == read_file(volume.path / "a.json").document


def test_files_in_folders_are_found_and_links_that_lead_back_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "deep" / "deeper" / "x.json").write_text("{}")
    (tmp_path / "deep" / "deeper" / "up").symlink_to(tmp_path)

    assert [tmp_path / "deep" / "deeper" / "x.json"] == files_below([tmp_path, tmp_path / "deep"])


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition) as refused:
        files_below([tmp_path / "nowhere"])

    assert f"{tmp_path / 'nowhere'} is no directory that can be read." == refused.value.message


def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "dangling.json").symlink_to("gone")

    with pytest.raises(FailedPrecondition) as refused:
        read_file(tmp_path / "dangling.json")

    assert "cannot be read: No such file or directory." == refused.value.message


def test_a_folder_that_cannot_be_read_is_named_instead_of_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "x.json").write_text("{}")
    refuse_to_list(tmp_path / "closed", PermissionError(errno.EACCES, "Permission denied"), monkeypatch)

    with pytest.raises(FailedPrecondition) as refused:
        files_below([tmp_path])

    assert f"{tmp_path / 'closed'} cannot be read: Permission denied." == refused.value.message


def test_a_folder_that_goes_while_it_is_looked_at_has_nothing_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "x.json").write_text("{}")
    refuse_to_list(tmp_path / "gone", FileNotFoundError(errno.ENOENT, "No such file or directory"), monkeypatch)

    assert [tmp_path / "x.json"] == files_below([tmp_path])


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.json")

    with pytest.raises(FailedPrecondition) as refused:
        read_file(tmp_path / "endless.json")

    assert refused.value.message.startswith("is no file")


def refuse_to_list(folder: Path, error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the system refuse to list a folder; as root, whom nothing is refused, it cannot be had otherwise."""
    list_folder = os.scandir
    error.filename = str(folder)

    def scandir(path: str) -> Any:
        if Path(path) == folder:
            raise error
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_the_signature_changes_with_a_swap_a_new_file_and_one_that_goes(volume: ConfigMapVolume) -> None:
    volume.write({"a.json": {}})
    first = signature_of([volume.path])
    volume.write({"a.json": {}})
    swapped = signature_of([volume.path])
    volume.write({"a.json": {}, "b.json": {}})
    added = signature_of([volume.path])
    volume.write({"b.json": {}})
    removed = signature_of([volume.path])

    assert 4 == len({first, swapped, added, removed})
    assert removed == signature_of([volume.path])


def test_a_collection_and_an_environment_are_told_apart_and_have_the_ids_they_will_have() -> None:
    contents = read(shop=a_collection(), staging=an_environment(), bare={"collection": a_collection(id="other")})

    assert ["c0ffee00-0000-4000-8000-000000000001", "other"] == [each.id for each in contents.collections]
    assert ["e0e0e0e0-0000-4000-8000-000000000001"] == [each.environment.id for each in contents.environments]
    assert () == contents.refusals


def test_a_mock_of_a_manifest_is_all_that_it_says() -> None:
    config = {
        "headers": ["x-tenant"],
        "matchBody": True,
        "matchQueryParams": False,
        "matchWildcards": False,
        "fuzzyPaths": False,
        "placeholderWildcards": False,
        "basePathFallback": False,
        "seed": "42",
    }
    mock = a_mock(environment="Staging", versionTag="v1", private=True, description="A shop.", delay="3g")

    contents = read(manifest={"mocks": [mock | {"config": config}]})

    (wanted,) = contents.mocks
    assert ("Shop API", "Staging", None) == (wanted.collection, wanted.environment, wanted.server_responses)
    assert wanted.draft == MockDraft(
        name="Shop",
        description="A shop.",
        release_tag="v1",
        visibility=Visibility.PRIVATE,
        config=MockConfig(
            match_settings=MatchSettings(
                match_headers=("x-tenant",),
                match_body=True,
                match_query_params=False,
                match_wildcards=False,
                fuzzy_paths=False,
                placeholder_wildcards=False,
                base_path_fallback=False,
            ),
            delay=Delay(duration=timedelta(), preset="2"),
            seed="42",
        ),
    )


@pytest.mark.parametrize(
    ("said", "delay"),
    [
        (300, Delay(duration=timedelta(milliseconds=300))),
        ("2G", Delay(duration=timedelta(), preset="1")),
        ({"type": "fixed", "duration": 20}, Delay(duration=timedelta(milliseconds=20))),
        ({"type": "fixed", "preset": "2"}, Delay(duration=timedelta(), preset="2")),
        (None, None),
    ],
)
def test_a_delay_may_be_written_short_or_as_postman_does_beside_the_name_or_in_the_config(
    said: object, delay: Delay | None
) -> None:
    beside = read(manifest={"mocks": [a_mock(delay=said)]})
    inside = read(manifest={"mocks": [a_mock(config={"delay": said})]})

    assert [delay, delay] == [each.mocks[0].draft.config.delay for each in (beside, inside)]


def test_server_responses_are_read_with_the_one_that_is_active() -> None:
    down = {"name": "Down", "statusCode": 503, "headers": [{"key": "retry-after", "value": "9"}], "body": "…"}

    contents = read(manifest={"mocks": [a_mock(serverResponses=[down | {"active": True}, down | {"name": "Other"}])]})

    responses = contents.mocks[0].server_responses
    assert responses is not None
    assert [True, False] == [each.is_active for each in responses]
    assert (503, (("retry-after", "9"),), "…".encode()) == (
        responses[0].draft.status_code,
        responses[0].draft.headers,
        responses[0].draft.body,
    )


@pytest.mark.parametrize(
    ("document_", "problem"),
    [
        ("[]", "is neither a collection, an environment nor a manifest."),
        ('{"hello": 1}', "is neither a collection, an environment nor a manifest."),
        ("", "is empty."),
        ("{", "is not valid JSON at line 1, column 2"),
        ('{"openapi": "3.1.0"}', "is an OpenAPI description, not a collection."),
        ('{"name": "G", "values": [], "_postman_variable_scope": "globals"}', "is a file of global variables"),
        ('{"info": {}, "item": []}', "info: must have required property 'name'"),
        ('{"mocks": {}}', "mocks: should be an array of objects."),
        ('{"mocks": [], "mock": []}', "mock: is not known. A manifest has one key, mocks."),
        ('{"mocks": [1]}', "mocks[0]: should be an object"),
        ('{"mocks": [{"name": "A"}]}', "mocks[0].collection: is missing."),
        ('{"mocks": [{"name": "", "collection": "x"}]}', "mocks[0].name: is empty."),
        ('{"mocks": [{"name": "A", "collection": ""}]}', "mocks[0].collection: is missing."),
        (
            '{"mocks": [{"name": "A", "collection": "x", "colour": 1}]}',
            "mocks[0].colour: is not known. There are: name,",
        ),
        ('{"mocks": [{"name": "A", "collection": "x", "private": 1}]}', "mocks[0].private: should be a valid boolean."),
        ('{"mocks": [{"name": "A", "collection": "x", "delay": "5g"}]}', "mocks[0].delay: is no delay;"),
        ('{"mocks": [{"name": "A", "collection": "x", "delay": 0}]}', "mocks[0].delay.duration: is 0.000 ms."),
        (
            '{"mocks": [{"name": "A", "collection": "x", "config": {"matchbody": true}}]}',
            "mocks[0].config.matchbody: is not known. There are: headers,",
        ),
        (
            '{"mocks": [{"name": "A", "collection": "x", "config": {"headers": ["a b"]}}]}',
            "mocks[0].config.headers[0]: 'a b' is no name of a header.",
        ),
        (
            '{"mocks": [{"name": "A", "collection": "x", "serverResponses": [{"name": "n", "statusCode": 200}]}]}',
            "mocks[0].serverResponses[0].statusCode: is 200. Send 500 to 599.",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_key(document_: str, problem: str) -> None:
    contents = contents_of([ReadFile(Path("f.json"), document_.encode())], ACCOUNT)

    assert any(str(refusal).startswith(f"f.json: {problem}") for refusal in contents.refusals), contents.refusals


def test_two_server_responses_of_one_name_or_both_active_are_refused() -> None:
    down = {"name": "Down", "statusCode": 503, "active": True}

    contents = read(manifest={"mocks": [a_mock(serverResponses=[down, down])]})

    assert () == contents.mocks
    assert [
        "manifest.json: mocks[0].serverResponses[1].name: is the name of another server response of this mock.",
        "manifest.json: mocks[0].serverResponses[1].active: is true of another server response too.",
    ] == [str(refusal) for refusal in contents.refusals]


def test_what_two_files_want_is_refused_in_both_and_the_rest_is_kept() -> None:
    contents = read(
        a={"mocks": [a_mock(), a_mock(name="Other")]},
        b={"mocks": [a_mock()]},
        c=a_collection(name="One"),
        d=a_collection(name="Two"),
    )

    assert ["Other"] == [mock.name for mock in contents.mocks]
    assert () == contents.collections
    assert [
        "c.json: 'One' is in d.json too. Say which is meant by keeping one.",
        "d.json: 'Two' is in c.json too. Say which is meant by keeping one.",
        "a.json: mocks[0].name: 'Shop' is in b.json: mocks[0] too. Say which is meant by keeping one.",
        "b.json: mocks[0].name: 'Shop' is in a.json: mocks[0] too. Say which is meant by keeping one.",
    ] == [str(refusal) for refusal in contents.refusals]


@pytest.mark.parametrize(
    ("mock", "problem"),
    [
        (7, "mocks[0]: should be an object."),
        ({"name": "M", "collection": "C", "config": 7}, "mocks[0].config: should be an object."),
        ({"name": "M", "collection": "C", "serverResponses": {}}, "mocks[0].serverResponses: should be an array."),
        ({"name": "M", "collection": "C", "private": "yes"}, "mocks[0].private: should be a valid boolean."),
    ],
)
def test_a_value_of_another_type_is_named_in_the_words_of_json(mock: object, problem: str) -> None:
    contents = read(mocks={"mocks": [mock]})

    assert [f"mocks.json: {problem}"] == [str(refusal) for refusal in contents.refusals]


def test_one_wrong_mock_leaves_its_neighbours_right() -> None:
    contents = read(manifest={"mocks": [a_mock(name="A"), a_mock(name="B", nonsense=1), a_mock(name="C")]})

    assert ["A", "C"] == [mock.name for mock in contents.mocks]
    assert 1 == len(contents.refusals)


def test_a_plan_names_the_fields_that_differ_and_no_others() -> None:
    present = a_present_mock()
    wanted = MockDraft(name="Shop", collection_id=CollectionId("c"))

    assert () == mock_changes(present, wanted)
    assert ("description", "visibility") == mock_changes(
        present, replace(wanted, description="new", visibility=Visibility.PRIVATE)
    )
    assert ("config.delay", "config.match_body") == mock_changes(
        present,
        replace(
            wanted,
            config=MockConfig(
                delay=Delay(duration=timedelta(milliseconds=1)), match_settings=MatchSettings(match_body=True)
            ),
        ),
    )
    assert ("config.server_response_id",) == mock_changes(
        present, replace(wanted, config=MockConfig(server_response_id=ServerResponseId("s")))
    )


def test_a_deactivated_mock_is_pointed_at_its_collection_again() -> None:
    present = replace(a_present_mock(), is_deactivated=True)

    assert ("collection_id",) == mock_changes(present, MockDraft(name="Shop", collection_id=CollectionId("c")))


def read(**files: Mapping[str, Any]) -> Contents:
    """Return what files hold, each named by its keyword."""
    return contents_of([ReadFile(Path(f"{name}.json"), document(tree)) for name, tree in files.items()], ACCOUNT)


def a_mock(**fields: object) -> dict[str, object]:
    return {"name": "Shop", "collection": "Shop API"} | fields


def a_present_mock() -> Mock:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return Mock(
        id=MockId("m"),
        account_id=ACCOUNT,
        name="Shop",
        collection_id=CollectionId("c"),
        etag=Etag("e"),
        create_time=now,
        update_time=now,
    )
