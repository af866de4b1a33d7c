"""Every setting of every service is reached from the values, and every variable the chart sets is one of theirs."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import typer

from charts.manual.settings import FIXED, REACHED, SETTINGS, open_settings, variable
from services.cli.__main__ import application
from services.runtime.database_settings import OwnerDatabaseSettings
from tests.chart.documented import at, documented_values
from tests.chart.rendering import CHART, COMPONENTS, SETS, Pod, Rendered, rendered, rendered_with

OPEN = [(component, name) for component in SETTINGS for name in open_settings(component)]
FIELDS = [(component, field) for component, settings in SETTINGS.items() for field in settings.model_fields]

OF_THE_START_SCRIPT = {"PGDATA", "DATABASE", "OWNER", "OWNER_PASSWORD"}
"""What files/postgresql.sh reads."""

OF_THE_USER = {"TZ"}
"""What the values of a set add by extraEnv."""


def test_the_chart_and_the_settings_know_the_same_components() -> None:
    assert set(COMPONENTS) == SETTINGS.keys()


@pytest.mark.parametrize(("component", "field"), [each for each in FIELDS if each[1] in REACHED])
def test_a_field_with_a_value_of_its_own_is_set_by_it(component: str, field: str) -> None:
    variables = [rendered(name).pod(component).environment for name in SETS]

    assert any(variable(component, field) in each for each in variables)
    assert at(documented_values(), REACHED[field]) is not None


@pytest.mark.parametrize(("component", "name"), OPEN)
def test_any_other_field_is_set_by_its_name(component: str, name: str) -> None:
    given = _something(open_settings(component)[name])
    environment = _with_every_setting().pod(component).environment

    assert str(given) == environment[variable(component, name)]


@pytest.mark.parametrize(("component", "field"), FIELDS)
def test_no_field_is_forgotten(component: str, field: str) -> None:
    variables = {variable(component, name) for name in open_settings(component)}

    assert (field in REACHED) + (field in FIXED) + (variable(component, field) in variables) == 1


def test_no_exemption_outlives_its_field() -> None:
    fields = {field for _, field in FIELDS}

    assert set() == (REACHED.keys() | FIXED.keys()) - fields


@pytest.mark.parametrize("name", SETS)
def test_every_variable_is_known_to_the_program_that_gets_it(name: str) -> None:
    for pod in rendered(name).pods():
        assert set() == pod.environment.keys() - _known_to(pod) - OF_THE_USER


@pytest.mark.parametrize("name", SETS)
def test_no_variable_is_set_twice(name: str) -> None:
    for pod in rendered(name).pods():
        names = [each["name"] for each in pod.container["env"]]

        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("component", "field", "port"),
    [
        *((component, "grpc_port", "grpc") for component in ("catalog", "registry", "calllog")),
        *((component, "health_port", "health") for component in ("catalog", "registry", "calllog")),
        *((component, "port", "http") for component in ("edge", "gateway")),
        *((component, "metrics_port", "metrics") for component in COMPONENTS),
    ],
)
def test_the_ports_are_those_that_the_services_listen_on(component: str, field: str, port: str) -> None:
    ports = {each["name"]: each["containerPort"] for each in rendered("defaults").pod(component).container["ports"]}

    assert SETTINGS[component].model_fields[field].default == ports[port]


def test_large_numbers_stay_whole() -> None:
    environment = rendered_with({"edge": {"settings": {"snapshotBytes": 34359738368}}}).pod("edge").environment

    assert "34359738368" == environment["EDGE_SNAPSHOT_BYTES"]


def test_a_variable_of_the_users_own_replaces_the_charts() -> None:
    # Kubernetes merges the variables of an upgrade by their names: two of one name come out as neither.
    values = {"edge": {"extraEnv": [{"name": "EDGE_LOG_LEVEL", "value": "debug"}]}}
    variables = rendered_with(values).pod("edge").container["env"]

    assert {"name": "EDGE_LOG_LEVEL", "value": "debug"} == variables[-1]
    assert ["debug"] == [each["value"] for each in variables if each["name"] == "EDGE_LOG_LEVEL"]


@pytest.mark.parametrize("part", ["migrations", "bootstrap", "test"])
def test_programs_of_the_command_line_take_more_variables_too(part: str) -> None:
    values = {part: {"extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy"}]}}
    environment = rendered_with(values, on="gitops").pod(part).environment

    assert "http://proxy" == environment["HTTPS_PROXY"]
    assert len(environment) > 1


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("component", COMPONENTS)
def test_the_service_takes_its_environment(component: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable_name, value in rendered(name).pod(component).environment.items():
        monkeypatch.setenv(variable_name, value if isinstance(value, str) else _secret(variable_name))

    settings = SETTINGS[component]()

    assert settings.model_dump()["metrics_port"] == 9090


def test_every_kind_of_journal_directory_is_mounted() -> None:
    pod = rendered("defaults").pod("edge")
    mounts = [each["mountPath"] for each in pod.container["volumeMounts"]]

    assert any(pod.environment["EDGE_JOURNAL_DIR"].startswith(f"{mount}/") for mount in mounts)


def test_the_schema_offers_nothing_that_no_service_has() -> None:
    assert (CHART / "values.schema.json").exists()
    for component in SETTINGS:
        fields = {variable(component, field) for field in SETTINGS[component].model_fields}

        assert {variable(component, name) for name in open_settings(component)} <= fields


@cache
def _with_every_setting() -> Rendered:
    """Return what Helm makes where each setting of each component is given."""
    return rendered_with(
        {
            component: {"settings": {name: _something(schema) for name, schema in open_settings(component).items()}}
            for component in SETTINGS
        }
    )


def _known_to(pod: Pod) -> set[str]:
    match pod.component:
        case component if component in SETTINGS:
            return {variable(component, field) for field in SETTINGS[component].model_fields}
        case "migrations":
            roles = {f"{each}_DATABASE_{what}" for each in ("CATALOG", "REGISTRY", "CALLLOG") for what in _ROLE}
            return _owner() | roles | _options("migrate")
        case "bootstrap":
            return _options("apply")
        case "test":
            return _options("check")
        case _:
            return OF_THE_START_SCRIPT


_ROLE = ("USER", "PASSWORD")


def _owner() -> set[str]:
    return {variable("understudy", field) for field in OwnerDatabaseSettings.model_fields}


def _options(command: str) -> set[str]:
    """Return the variables that stand for the options of a command."""
    group = typer.main.get_command(application())
    found = getattr(group, "commands", {})[command]
    return {name for parameter in found.params for name in _variables(parameter.envvar)}


def _variables(envvar: str | list[str] | None) -> Iterator[str]:
    if isinstance(envvar, str):
        yield envvar
    else:
        yield from envvar or ()


def _something(schema: dict[str, Any]) -> str | int | float:
    """Return a value that the schema of a setting takes."""
    if "enum" in schema:
        return str(schema["enum"][-1])
    match schema.get("type"):
        case "integer" | "number":
            return int(schema.get("minimum", schema.get("exclusiveMinimum", 0))) + 1
        case _:
            return "/something"


def _secret(name: str) -> str:
    if name.endswith("_URL"):
        return "postgresql://role:password@host:5432/database"
    return "0123456789" * 4
