"""The reading of manifests: what is not understood is refused, with the place."""

from typing import Any

import pytest

from tests.cluster.manifests import ConfigMap, Deployment, Manifests, Secret, read_manifests, read_object
from tests.cluster.objects import Selector
from tests.cluster.quantities import quantity
from tests.cluster.understood import NotUnderstood
from tests.cluster.volume_manifests import Volume
from tests.cluster.volumes import File, files_of


def deployment(**changes: Any) -> dict[str, Any]:
    """Return a Deployment with changes to its pod's spec."""
    pod = {"containers": [{"name": "main", "image": "image"}], **changes}
    labels = {"app": "a"}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def secret(**content: str) -> Secret:
    """Return a Secret."""
    document = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": content}
    read = read_object(document)
    assert isinstance(read, Secret)
    return read


def test_a_field_that_nobody_understands_is_refused_with_its_place() -> None:
    with pytest.raises(NotUnderstood, match=r"Deployment a: spec\.template\.spec\.hostNetwork"):
        read_object(deployment(hostNetwork=True))


def test_a_field_that_only_other_nodes_give_a_meaning_is_overlooked() -> None:
    read = read_object(deployment(affinity={"podAntiAffinity": {}}, tolerations=[]))

    assert isinstance(read, Deployment)


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="DaemonSet a: this cluster knows no such kind"):
        read_object({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "a"}})


def test_a_kind_that_needs_a_controller_of_its_own_is_overlooked() -> None:
    text = "kind: Ingress\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {key: value}\n---\n"

    assert ["a"] == [each.metadata.name for each in read_manifests(text).objects]


def test_a_seccomp_profile_that_switches_the_filter_off_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="seccompProfile"):
        read_object(deployment(securityContext={"seccompProfile": {"type": "Unconfined"}}))


@pytest.mark.parametrize(
    ("number", "text"), [(0.5, "500m"), (64 * 1024**2, "64Mi"), (2, 2), (1.5e9, "1.5G"), (1024, "1Ki")]
)
def test_quantities_are_numbers_with_units(number: float, text: object) -> None:
    assert number == quantity(text)


@pytest.mark.parametrize("text", ["64MiB", "-1", "", "Mi"])
def test_other_texts_are_no_quantities(text: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        quantity(text)


@pytest.mark.parametrize(
    ("is_selected", "expression"),
    [
        (True, {"key": "app", "operator": "In", "values": ["a", "b"]}),
        (False, {"key": "app", "operator": "NotIn", "values": ["a"]}),
        (True, {"key": "other", "operator": "NotIn", "values": ["a"]}),
        (True, {"key": "app", "operator": "Exists"}),
        (False, {"key": "app", "operator": "DoesNotExist"}),
    ],
)
def test_a_selector_asks_for_values_and_for_keys(is_selected: bool, expression: dict[str, Any]) -> None:  # noqa: FBT001 -- what is expected
    selector = Selector.model_validate({"matchExpressions": [expression]})

    assert is_selected == selector.selects({"app": "a"})


def test_an_object_is_replaced_by_a_later_one_of_its_kind_and_name() -> None:
    replaced = Manifests((secret(key="old"),)).with_objects([secret(key="new")])

    assert [{"key": b"new"}] == [each.files for each in replaced.of(Secret)]


def test_hooks_are_told_apart_from_what_is_simply_installed() -> None:
    text = (
        "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n---\n"
        "kind: ConfigMap\napiVersion: v1\nmetadata: {name: b, annotations: {helm.sh/hook: 'test, post-install'}}\n"
    )
    read = read_manifests(text)

    assert ["a"] == [each.metadata.name for each in read.hooked("").of(ConfigMap)]
    assert ["b"] == [each.metadata.name for each in read.hooked("test").of(ConfigMap)]


def test_a_volume_of_a_secret_has_its_keys_as_files_with_the_modes_asked_for() -> None:
    items = [{"key": "b", "path": "deep/b.txt", "mode": 0o400}, {"key": "a", "path": "a.txt"}]
    volume = Volume.model_validate({"name": "v", "secret": {"secretName": "a", "items": items, "defaultMode": 0o440}})

    assert (
        File(path="deep/b.txt", content=b"B", mode=0o400),
        File(path="a.txt", content=b"A", mode=0o440),
    ) == files_of(volume, Manifests((secret(a="A", b="B", c="C"),)))


def test_a_volume_of_a_key_that_is_not_there_is_refused() -> None:
    items = [{"key": "b", "path": "b"}]
    volume = Volume.model_validate({"name": "v", "secret": {"secretName": "a", "items": items}})

    with pytest.raises(NotUnderstood, match="no key b"):
        files_of(volume, Manifests((secret(a="A"),)))


def test_a_projected_volume_holds_the_files_of_all_its_sources() -> None:
    sources = [{"secret": {"name": "a"}}, {"configMap": {"name": "missing", "optional": True}}]
    volume = Volume.model_validate({"name": "v", "projected": {"sources": sources}})
    files = files_of(volume, Manifests((secret(a="A"),)))

    assert (File(path="a", content=b"A", mode=0o644),) == files
