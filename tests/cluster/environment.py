"""A container's environment and command line, from everything that a manifest may take them from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.cluster.manifests import ConfigMap, Files, Manifests, Secret
from tests.cluster.pod_manifests import Container, FieldReference, KeyReference, ValueSource, Variables, WholeReference
from tests.cluster.understood import NotUnderstood


@dataclass(frozen=True, slots=True, kw_only=True)
class PodFacts:
    """What a pod may be told of itself."""

    name: str
    namespace: str
    uid: str
    address: str
    node_address: str
    service_account: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def environment_of(container: Container, pod: PodFacts, manifests: Manifests) -> dict[str, str]:
    """Return the variables that a manifest sets. Raises NotUnderstood for a key or an object that is not there."""
    environment: dict[str, str] = {}
    for source in container.env_from:
        environment |= _all_of(source, manifests)
    for variable in container.env:
        if variable.value_from is None:
            environment[variable.name] = expanded(variable.value, environment)
        elif (value := _taken(variable.value_from, pod, manifests)) is not None:
            environment[variable.name] = value
    return environment


def expanded(text: str, environment: Mapping[str, str]) -> str:
    """Return a text with `$(NAME)` replaced where there is such a variable; `$$(NAME)` stands for `$(NAME)`."""

    def replaced(found: re.Match[str]) -> str:
        if found[1]:
            return f"$({found[2]})"
        return environment.get(found[2], found[0])

    return re.sub(r"\$(\$?)\(([A-Za-z_][A-Za-z0-9_.-]*)\)", replaced, text)


def _all_of(source: Variables, manifests: Manifests) -> dict[str, str]:
    files: dict[str, bytes] = {}
    sources: tuple[tuple[type[Files], WholeReference | None], ...] = (
        (Secret, source.secret_ref),
        (ConfigMap, source.config_map_ref),
    )
    for kind, reference in sources:
        if reference is not None and not (reference.optional and not manifests.has(kind, reference.name)):
            files |= manifests.get(kind, reference.name).files
    return {source.prefix + key: value.decode() for key, value in files.items()}


def _taken(source: ValueSource, pod: PodFacts, manifests: Manifests) -> str | None:
    if source.field_ref is not None:
        return _field(source.field_ref, pod)
    values = [value for value in _keyed(source, manifests) if value is not None]
    return values[0] if values else None


def _keyed(source: ValueSource, manifests: Manifests) -> Iterator[str | None]:
    if source.secret_key_ref is not None:
        yield _key(Secret, source.secret_key_ref, manifests)
    if source.config_map_key_ref is not None:
        yield _key(ConfigMap, source.config_map_key_ref, manifests)


def _key(kind: type[Files], reference: KeyReference, manifests: Manifests) -> str | None:
    """Return a value; None for an optional one that is not there."""
    if reference.optional and not manifests.has(kind, reference.name):
        return None
    files = manifests.get(kind, reference.name).files
    if reference.key in files:
        return files[reference.key].decode()
    if reference.optional:
        return None
    raise NotUnderstood(f"{kind.__name__} {reference.name} has no key {reference.key}")


def _field(reference: FieldReference, pod: PodFacts) -> str:
    known = {
        "metadata.name": pod.name,
        "metadata.namespace": pod.namespace,
        "metadata.uid": pod.uid,
        "spec.nodeName": "node",
        "spec.serviceAccountName": pod.service_account,
        "status.podIP": pod.address,
        "status.hostIP": pod.node_address,
        **{f"metadata.labels['{key}']": value for key, value in pod.labels.items()},
        **{f"metadata.annotations['{key}']": value for key, value in pod.annotations.items()},
    }
    if reference.field_path not in known:
        raise NotUnderstood(f"the pod has no field {reference.field_path}")
    return known[reference.field_path]
