"""A mock's config as the JSON it is kept as: whole, and readable by the versions before and after."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.core.ids import ServerResponseId
from services.core.matching.settings import MatchSettings
from services.core.mocks import MAXIMUM_DELAY, MINIMUM_DELAY, Delay, MockConfig
from services.registry.store.rows import config_document, config_of

CONFIGS = st.builds(
    MockConfig,
    match_settings=st.builds(MatchSettings, match_headers=st.lists(st.sampled_from(["a", "b"])).map(tuple)),
    delay=st.none()
    | st.builds(Delay, duration=st.timedeltas(MINIMUM_DELAY, MAXIMUM_DELAY), preset=st.sampled_from(["", "1"])),
    server_response_id=st.none() | st.just(ServerResponseId("response")),
)


@given(CONFIGS)
def test_a_config_is_read_as_it_was_written(config: MockConfig) -> None:
    assert config == config_of(config_document(config), config.server_response_id)


def test_a_setting_that_was_not_known_when_it_was_written_has_its_default() -> None:
    assert MockConfig() == config_of({"match": {}, "delay": None}, None)


def test_a_setting_that_only_a_newer_version_knows_is_left_out() -> None:
    document = {
        "match": {"match_body": True, "from_tomorrow": 1},
        "delay": {"microseconds": 5_000, "preset": "", "jitter": 1},
    }
    expected = MockConfig(
        match_settings=MatchSettings(match_body=True), delay=Delay(duration=timedelta(milliseconds=5))
    )

    assert expected == config_of(document, None)
