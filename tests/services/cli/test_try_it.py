"""The call that `up` suggests: it must be one that the mock answers."""

from datetime import UTC, datetime

from services.cli.try_it import call_path, curl_line
from services.core.access.visibility import Visibility
from services.core.ids import AccountId, CollectionId, Etag, ExampleId, ItemId, MockId
from services.core.mocks import Mock
from services.core.postman.collection import Example, PathVariable, QueryParameter, Request, Url

URL = "http://localhost:8080/mocks/m"


def test_a_plain_get_that_succeeds_is_suggested_before_all_others() -> None:
    examples = [an_example("/a", method="POST"), an_example("/b", code=404), an_example("/{{c}}"), an_example("/d")]

    assert f"curl {URL}/d" == curl_line(a_mock(), examples, "key")


def test_wildcards_and_path_variables_get_a_sample() -> None:
    url = Url(
        path="/shops/{{shop}}/:kind/:id/:other",
        path_variables=(PathVariable(key="kind", value="tea"), PathVariable(key="id", value="<string>")),
    )

    assert "/shops/42/tea/42/42" == call_path(an_example_of(url))


def test_the_query_is_kept_but_for_what_is_disabled_or_a_wildcard() -> None:
    query = (
        QueryParameter(key="a", value="1"),
        QueryParameter(key="b", value="2", is_disabled=True),
        QueryParameter(key="c", value="{{c}}"),
        QueryParameter(key="d e", value="f"),
    )

    assert "/x?a=1&d%20e=f" == call_path(an_example_of(Url(path="/x", query=query)))


def test_a_private_mock_is_called_with_the_key() -> None:
    line = curl_line(a_mock(Visibility.PRIVATE), [an_example("/d")], "USK-key")

    assert f"curl -H 'x-api-key: USK-key' {URL}/d" == line


def test_a_mock_without_examples_is_called_at_its_root() -> None:
    assert f"curl {URL}/" == curl_line(a_mock(), [], "key")


def an_example(path: str, *, method: str = "GET", code: int = 200) -> Example:
    return an_example_of(Url(path=path), method=method, code=code)


def an_example_of(url: Url, *, method: str = "GET", code: int = 200) -> Example:
    request = Request(method=method, url=url)
    return Example(
        id=ExampleId("e"), item_id=ItemId("i"), place=("i",), position=0, name="e", request=request, code=code
    )


def a_mock(visibility: Visibility = Visibility.PUBLIC) -> Mock:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Mock(
        id=MockId("m"),
        account_id=AccountId(1),
        name="M",
        collection_id=CollectionId("c"),
        etag=Etag("1"),
        create_time=now,
        update_time=now,
        url=URL,
        visibility=visibility,
    )
