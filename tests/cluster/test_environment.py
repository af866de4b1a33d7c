"""A container's environment, from all that it may be taken from."""

from typing import Any

import pytest

from tests.cluster.environment import PodFacts, environment_of, expanded
from tests.cluster.manifests import Manifests, read_object
from tests.cluster.pod_manifests import Container
from tests.cluster.understood import NotUnderstood

POD = PodFacts(
    name="edge-0",
    namespace="home",
    uid="1",
    address="10.0.0.2",
    node_address="10.0.0.1",
    service_account="edge",
    labels={"app": "edge"},
    annotations={},
)

MANIFESTS = Manifests(
    (
        read_object({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"KEY": "c2VjcmV0"}}),
        read_object({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"KEY": "config"}}),
    )
)


def environment(**fields: Any) -> dict[str, str]:
    """Return the environment of a container with some fields."""
    container = Container.model_validate({"name": "main", "image": "image", **fields})
    return environment_of(container, POD, MANIFESTS)


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("secret", {"secretKeyRef": {"name": "s", "key": "KEY"}}),
        ("config", {"configMapKeyRef": {"name": "c", "key": "KEY"}}),
        ("edge-0", {"fieldRef": {"fieldPath": "metadata.name"}}),
        ("10.0.0.2", {"fieldRef": {"fieldPath": "status.podIP"}}),
        ("edge", {"fieldRef": {"fieldPath": "metadata.labels['app']"}}),
    ],
)
def test_a_variable_is_taken_from_where_it_says(value: str, source: dict[str, Any]) -> None:
    assert {"A": value} == environment(env=[{"name": "A", "valueFrom": source}])


def test_whole_secrets_come_first_with_a_prefix_and_single_variables_win() -> None:
    sources = [{"prefix": "S_", "secretRef": {"name": "s"}}, {"configMapRef": {"name": "c"}}]

    assert {"S_KEY": "secret", "KEY": "mine"} == environment(envFrom=sources, env=[{"name": "KEY", "value": "mine"}])


def test_a_missing_key_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="Secret s has no key OTHER"):
        environment(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "OTHER"}}}])


def test_a_missing_secret_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="there is no Secret named other"):
        environment(envFrom=[{"secretRef": {"name": "other"}}])


def test_what_is_optional_may_be_missing() -> None:
    optional = {"name": "s", "key": "OTHER", "optional": True}

    assert {} == environment(
        env=[{"name": "A", "valueFrom": {"secretKeyRef": optional}}],
        envFrom=[{"configMapRef": {"name": "other", "optional": True}}],
    )


def test_a_field_that_the_pod_does_not_have_is_refused() -> None:
    with pytest.raises(NotUnderstood, match=r"no field metadata\.labels"):
        environment(env=[{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['x']"}}}])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("one two", "$(A) two"),
        ("$(B) stays, it is not known", "$(B) stays, it is not known"),
        ("$(A) is escaped", "$$(A) is escaped"),
        ("$A is no reference", "$A is no reference"),
    ],
)
def test_references_to_other_variables_are_replaced(value: str, text: str) -> None:
    assert value == expanded(text, {"A": "one"})


def test_a_variable_may_refer_to_those_above_it() -> None:
    variables = [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)$(C)"}, {"name": "C", "value": "3"}]

    assert {"A": "1", "B": "1$(C)", "C": "3"} == environment(env=variables)
