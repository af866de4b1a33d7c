"""The base of every manifest: each field is understood, or is listed here as knowingly ignored, with its reason.

A cluster that overlooks a field proves nothing about it. So a field that no class names is an error, and what a single
Docker engine cannot mean (other nodes, other zones, upgrades) stands in one table, to be read at a glance.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

ONE_NODE: Final = "there is one node, and nothing to choose"
NO_PULLS: Final = "images are there; nothing is pulled"
NO_UPGRADES: Final = "what is installed here is not upgraded"
NO_SCHEDULER: Final = "the scheduler's matter; limits are obeyed"

IGNORED_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "PodSpec": {
        "affinity": ONE_NODE,
        "nodeSelector": ONE_NODE,
        "tolerations": ONE_NODE,
        "topologySpreadConstraints": ONE_NODE,
        "priorityClassName": NO_SCHEDULER,
        "imagePullSecrets": NO_PULLS,
    },
    "Container": {"imagePullPolicy": NO_PULLS},
    "Resources": {"requests": NO_SCHEDULER},
    "Limits": {"ephemeral-storage": "the engine cannot bound it; emptyDirs have bounds of their own"},
    "Secret": {"immutable": NO_UPGRADES},
    "ConfigMap": {"immutable": NO_UPGRADES},
    "DeploymentSpec": {"strategy": NO_UPGRADES, "revisionHistoryLimit": NO_UPGRADES},
    "StatefulSetSpec": {
        "updateStrategy": NO_UPGRADES,
        "revisionHistoryLimit": NO_UPGRADES,
        "persistentVolumeClaimRetentionPolicy": "disks go with the cluster",
    },
    "JobSpec": {"ttlSecondsAfterFinished": "finished Jobs go with the cluster"},
    "ServicePort": {"appProtocol": "a hint for meshes and load balancers"},
    "ClaimSpec": {
        "storageClassName": "there is one class: a volume of the engine",
        "resources": "a disk of this machine",
    },
}
"""Class of the manifest -> field -> why it may be overlooked."""

IGNORED_KINDS: Final[Mapping[str, str]] = {
    "HorizontalPodAutoscaler": NO_UPGRADES,
    "PodDisruptionBudget": "no node is drained here",
    "Ingress": "there is no ingress controller; the tests call the Services",
    "HTTPRoute": "there is no gateway controller; the tests call the Services",
    "GRPCRoute": "there is no gateway controller; the tests call the Services",
    "ServiceMonitor": "there is no Prometheus operator",
    "PrometheusRule": "there is no Prometheus operator",
    "Certificate": "there is no cert-manager; the tests bring the Secrets that it would make",
    "Issuer": "there is no cert-manager; the tests bring the Secrets that it would make",
}


class NotUnderstood(Exception):
    """A manifest says what this cluster cannot do; the message says where and what."""


class Understood(BaseModel):
    """A part of a manifest, with Kubernetes' own names for its fields, in Python's spelling."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_ignored(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        ignored = IGNORED_FIELDS.get(cls.__name__, {})
        return {name: value for name, value in fields.items() if name not in ignored and value is not None}
