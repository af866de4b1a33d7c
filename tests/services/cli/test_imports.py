"""`understudy import`: what it reports, what it refuses, and what it makes."""

import json
from pathlib import Path
from typing import Any

import httpx

from tests.builders import a_collection, a_request, an_environment, an_example, an_item, document
from tests.services.cli.command import Ran, Understudy


def test_a_collection_is_imported_and_mocked(understudy: Understudy, tmp_path: Path) -> None:
    file = written(tmp_path, a_collection(id="imp-1", name="Imported one"))

    ran = understudy("import", file, "--mock")

    assert ran.code == 0
    assert f"{file}: imported 'Imported one' (imp-1), kept 1 example of 1 request\n" in ran.output
    assert {"name": "Ada"} == httpx.get(url_in(ran) + "/users/1").json()


def test_a_file_imported_again_keeps_its_mock_and_answers_with_the_new_example(
    understudy: Understudy, tmp_path: Path
) -> None:
    first = understudy("import", written(tmp_path, a_collection(id="imp-2")), "--mock")
    changed = a_collection(an_item(an_example(body='{"name": "Grace"}')), id="imp-2")

    second = understudy("import", written(tmp_path, changed), "--mock")

    assert ": updated 'Shop' (imp-2)" in second.output
    assert url_in(first) == url_in(second)
    assert len(understudy.json("mocks", "list", "--collection", "imp-2")) == 1


def test_the_report_names_what_cannot_be_mocked_and_keeps_the_neighbours(
    understudy: Understudy, tmp_path: Path
) -> None:
    no_url = {"method": "GET", "url": 42}
    bad = an_item(an_example(name="Lost", request=no_url), name="No URL", request=no_url)
    tree = a_collection(an_item(), bad, id="imp-3")

    ran = understudy("import", written(tmp_path, tree))

    assert ran.code == 0
    assert "kept 1 example of 2 requests" in ran.output
    assert "1 cannot be mocked:" in ran.output
    assert "No URL > Lost (/item/1/response/0" in ran.output


def test_a_long_report_is_cut_to_a_page_and_json_has_all_of_it(understudy: Understudy, tmp_path: Path) -> None:
    same = [an_example(id=f"example-{number:02}", name=f"Same {number}") for number in range(15)]
    file = written(tmp_path, a_collection(an_item(*same), id="imp-4"))

    ran = understudy("import", file)
    [result] = understudy.json("import", file)

    assert "14 answered with only when named by a selector header:" in ran.output
    assert "… and 4 more; --json lists them all" in ran.output
    assert len(result["report"]["findings"]) == 14


def test_one_refused_file_does_not_stop_the_others_and_fails_the_command(
    understudy: Understudy, tmp_path: Path
) -> None:
    broken = tmp_path / "a-broken.json"
    broken.write_text('{"info": {')
    written(tmp_path, a_collection(id="imp-5", name="Good"), "b-good.json")

    ran = understudy("import", tmp_path)

    assert ran.code == 1
    assert f"{broken}: refused: " in ran.errors
    assert "line 1" in ran.errors
    assert "Error: 1 file of 2 refused.\n" in ran.errors
    assert "imported 'Good' (imp-5)" in ran.output
    assert "Traceback" not in ran.errors


def test_each_fault_of_a_refused_file_is_a_line_of_its_own(understudy: Understudy, tmp_path: Path) -> None:
    file = written(tmp_path, {"info": {}, "item": []})

    ran = understudy("import", file)
    [result] = json.loads(understudy("import", file, "--json").output)

    assert ran.code == 1
    assert f"{file}: refused:\n" in ran.errors
    assert "  info: must have required property 'name'" in ran.errors
    assert "  info: must have required property 'schema'" in ran.errors
    assert ["info", "info"] == [violation["field"] for violation in result["refusal"]["violations"]]


def test_an_environment_is_recognised_and_given_to_the_mocks(understudy: Understudy, tmp_path: Path) -> None:
    example = an_example(request=a_request(url="https://shop.example/hello"), body='{"greeting": "{{greeting}}"}')
    collection = written(tmp_path, a_collection(an_item(example), id="imp-6"), "collection.json")
    environment = written(tmp_path, an_environment({"greeting": "Bonjour"}, id="env-6", name="French"), "french.json")

    alone = understudy("import", environment)
    ran = understudy("import", collection, "--environment", environment, "--mock")

    assert f"{environment}: the environment 'French' with 1 variable (env-6)\n" == alone.output
    assert {"greeting": "Bonjour"} == httpx.get(url_in(ran) + "/hello").json()


def test_a_private_mock_is_made_private(understudy: Understudy, tmp_path: Path) -> None:
    file = written(tmp_path, a_collection(id="imp-7"))

    ran = understudy("import", file, "--mock", "--private")

    assert httpx.get(url_in(ran) + "/users/1").status_code == 401


def test_private_without_mock_is_a_mistake_that_is_explained(understudy: Understudy, tmp_path: Path) -> None:
    ran = understudy("import", written(tmp_path, a_collection()), "--private")

    assert (1, "Error: --private: says how a mock answers, and no mock is wanted. Add --mock.\n") == (
        ran.code,
        ran.errors,
    )


def test_a_file_that_is_not_there_is_named(understudy: Understudy, tmp_path: Path) -> None:
    ran = understudy("import", tmp_path / "missing.json")

    assert (1, f"Error: {tmp_path / 'missing.json'}: does not exist.\n") == (ran.code, ran.errors)


def test_a_document_over_the_limit_is_refused_in_a_sentence(understudy: Understudy, tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as large:
        large.truncate(100 * 1024 * 1024 + 1)

    ran = understudy("import", file)

    assert ran.code == 1
    assert f"{file}: refused: " in ran.errors
    assert "100 MB" in ran.errors or "MiB" in ran.errors


def written(folder: Path, tree: Any, name: str = "file.json") -> Path:
    file = folder / name
    file.write_bytes(document(tree))
    return file


def url_in(ran: Ran) -> str:
    assert ran.code == 0, ran.errors
    return next(line.split()[-1] for line in ran.output.splitlines() if "answers at" in line)
