"""The golden corpus on `understudy up`: a mock for every case, called over HTTP as the case tells."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from services.client import Targets, Understudy, connect
from tests.e2e.suite import API_KEY, Suite, running_suite
from tests.golden import API_KEY as KEY_OF_THE_CORPUS
from tests.golden import Case, read_cases
from tests.golden_over_http import complaints_over_http
from tests.golden_replies import ACCOUNT

pytestmark = pytest.mark.timeout(300)

CASES = read_cases()


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with running_suite(tmp_path_factory.mktemp("golden") / "data") as suite:
        yield suite


@pytest.fixture
async def understudy(suite: Suite) -> AsyncIterator[Understudy]:
    async with connect(Targets.at(suite.grpc_target), api_key=suite.api_key) as understudy:
        yield understudy


async def test_the_suite_has_the_account_and_the_key_of_the_corpus(understudy: Understudy) -> None:
    _, account = await understudy.registry.get_caller()

    assert (ACCOUNT, KEY_OF_THE_CORPUS) == (account.id, API_KEY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_mock_answers_as_the_case_tells(case: Case, suite: Suite, understudy: Understudy) -> None:
    assert [] == await complaints_over_http(case, suite.edge_url, understudy)


@pytest.mark.parametrize("case", [case for case in CASES if case.refused], ids=lambda case: case.name)
def test_a_file_that_is_refused_is_refused_by_the_api(case: Case, suite: Suite) -> None:
    for file in case.refused:
        reply = httpx.post(f"{suite.gateway_url}/environments", content=file.read_bytes(), headers=suite.key_header)

        assert 400 == reply.status_code, reply.text
