"""Page tokens: they continue their own list and no other, and nothing else passes for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import InvalidInput
from services.wire.paging import Page, decode_page_token, encode_page_token, page_size_of, rows_of

storable_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
sort_keys = st.lists(st.integers(-(2**63), 2**63 - 1) | storable_text, min_size=1, max_size=4)
scopes = st.text(st.characters())


@given(sort_keys, scopes)
def test_a_token_gives_back_its_sort_key(last: list[str | int], scope: str) -> None:
    token = encode_page_token(last, scope=scope)

    assert last == decode_page_token(token, scope=scope, kinds=[type(value) for value in last])


@given(sort_keys, scopes, scopes)
def test_a_token_of_another_list_is_refused(last: list[str | int], scope: str, other: str) -> None:
    token = encode_page_token(last, scope=scope)

    if scope != other:
        with pytest.raises(InvalidInput, match="page_token"):
            decode_page_token(token, scope=other, kinds=[type(value) for value in last])


@given(sort_keys)
def test_a_token_with_values_of_other_kinds_is_refused(last: list[str | int]) -> None:
    token = encode_page_token(last, scope="list")

    with pytest.raises(InvalidInput, match="page_token"):
        decode_page_token(token, scope="list", kinds=[int if isinstance(value, str) else str for value in last])


@given(st.text(st.characters(), min_size=1) | st.binary(min_size=1).map(lambda junk: junk.decode("latin-1")))
def test_anything_else_is_refused_as_input(junk: str) -> None:
    with pytest.raises(InvalidInput, match="page_token"):
        decode_page_token(junk, scope="list", kinds=[int])


@pytest.mark.parametrize("last", [["\0"], ["\ud800"], [2**63], [-(2**63) - 1]])
def test_a_value_that_no_column_holds_is_refused(last: list[str | int]) -> None:
    token = encode_page_token(last, scope="list")

    with pytest.raises(InvalidInput, match="page_token"):
        decode_page_token(token, scope="list", kinds=[type(value) for value in last])


def test_no_token_means_the_first_page() -> None:
    assert decode_page_token("", scope="list", kinds=[int]) is None


@pytest.mark.parametrize(("asked", "returned"), [(0, 100), (1, 1), (1_000, 1_000), (1_001, 1_000), (2**31 - 1, 1_000)])
def test_a_page_size_has_a_default_and_a_limit(asked: int, returned: int) -> None:
    assert returned == page_size_of(asked)


def test_a_negative_page_size_is_refused() -> None:
    with pytest.raises(InvalidInput, match="must not be negative, and is -1"):
        page_size_of(-1)


async def test_the_rows_of_all_pages_come_in_their_order() -> None:
    pages = {"": Page((1, 2), "a"), "a": Page((), "b"), "b": Page((3,))}

    async def page_behind(token: str) -> Page[int]:
        return pages[token]

    assert [1, 2, 3] == [row async for row in rows_of(page_behind)]
