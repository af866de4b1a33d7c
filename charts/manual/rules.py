"""What the defaults of values.yaml do not tell about what a value takes: choices, limits, and Kubernetes' own words.

A rule is found by a value's whole path, and else by its last name.
"""

from collections.abc import Mapping
from typing import Any

Rule = Mapping[str, Any]

TEXTS: Rule = {"type": "object", "additionalProperties": {"type": "string"}}
OBJECTS: Rule = {"type": "array", "items": {"type": "object"}}
OBJECT: Rule = {"type": "object"}
NAMES: Rule = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
NAME: Rule = {"type": "string", "minLength": 1}
PORT: Rule = {"type": "integer", "minimum": 1, "maximum": 65535}
NUMBER_OR_SHARE: Rule = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+%$"}]}
QUANTITY: Rule = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?([kKMGTPE]i?|m)?$"}
DURATION: Rule = {"type": "string", "pattern": "^([0-9]+(h|m|s))+$"}
DIGEST: Rule = {"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"}
HOST: Rule = {"type": "string", "pattern": "^[A-Za-z0-9.-]*$"}
AMOUNTS: Rule = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}


def _one_of(*choices: str) -> Rule:
    return {"enum": list(choices)}


RULES: Mapping[str, Rule] = {
    # Kubernetes' own words, wherever they stand.
    "resources": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"requests": AMOUNTS, "limits": AMOUNTS, "claims": OBJECTS},
    },
    "commonLabels": TEXTS,
    "commonAnnotations": TEXTS,
    "labels": TEXTS,
    "annotations": TEXTS,
    "podLabels": TEXTS,
    "podAnnotations": TEXTS,
    "serviceAnnotations": TEXTS,
    "serviceAccountAnnotations": TEXTS,
    "nodeSelector": TEXTS,
    "tolerations": OBJECTS,
    "affinity": OBJECT,
    "topologySpreadConstraints": OBJECTS,
    "behavior": OBJECT,
    "extraEnv": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    "extraEnvFrom": OBJECTS,
    "extraVolumes": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    "extraVolumeMounts": {"type": "array", "items": {"type": "object", "required": ["name", "mountPath"]}},
    "pullSecrets": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    "parentRefs": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    "from": OBJECTS,
    "to": OBJECTS,
    "maxSurge": NUMBER_OR_SHARE,
    "maxUnavailable": NUMBER_OR_SHARE,
    "extraObjects": {"type": "array", "items": {"type": ["object", "string"]}},
    # Texts of a certain form.
    "pullPolicy": _one_of("Always", "IfNotPresent", "Never"),
    "digest": DIGEST,
    "repository": NAME,
    "host": HOST,
    "size": QUANTITY,
    "serviceToken": NAME,
    "administratorKey": NAME,
    "mocks.scheme": _one_of("http", "https"),
    "mocks.urlTemplate": {"type": "string", "pattern": "^(https?://.*\\{mock_id\\}.*)?$"},
    "log.level": _one_of("debug", "info", "warning", "error"),
    "log.format": _one_of("json", "text"),
    "gatewayApi.edge.timeout": {"type": "string", "pattern": "^([0-9]+(h|m|s))*$"},
    "metrics.serviceMonitor.interval": DURATION,
    "tracing.endpoint": {"type": "string", "pattern": "^(https?://[^/]+/?)?$"},
    "tracing.ratio": {"type": "number", "minimum": 0, "maximum": 1},
    # The database.
    "database.mode": _one_of("bundled", "external"),
    "database.external.port": PORT,
    "database.external.name": NAME,
    "database.external.tls.mode": _one_of("disable", "prefer", "require", "verify-ca", "verify-full"),
    "database.external.tls.authorityKey": NAME,
    **{
        f"database.external.{keys}.{role}": NAME
        for keys in ("users", "passwordKeys", "urlKeys")
        for role in ("owner", "catalog", "registry", "calllog")
    },
    "database.bundled.runAsUser": {"type": "integer", "minimum": 1},
    "database.bundled.runAsGroup": {"type": "integer", "minimum": 1},
    # Migrations.
    "migrations.mode": _one_of("job", "hook"),
    "migrations.phase": _one_of("pre", "all"),
    "migrations.ttlSecondsAfterFinished": {"type": ["integer", "null"], "minimum": 0},
    "migrations.activeDeadlineSeconds": {"type": "integer", "minimum": 1},
    # Pods.
    "defaults.autoscaling.minReplicas": {"type": "integer", "minimum": 1},
    "defaults.autoscaling.maxReplicas": {"type": "integer", "minimum": 1},
    "edge.longestDelaySeconds": {"type": "integer", "minimum": 1, "maximum": 3600},
    "edge.autoscaling.callsPerSecond": {"type": "number", "minimum": 0},
    "edge.journal.bytes": {"type": "integer", "minimum": 8192},
    # Contents from files.
    "bootstrap.collections": TEXTS,
    "bootstrap.environments": TEXTS,
    "bootstrap.mocks": {"type": "array", "items": {"type": "object", "required": ["name", "collection"]}},
    "bootstrap.configMaps": NAMES,
    # Safety.
    "tls.source": _one_of("cert-manager", "existing"),
    "tls.certManager.issuerRef.kind": NAME,
    "tls.certManager.issuerRef.group": NAME,
    "tls.certManager.duration": DURATION,
    "tls.certManager.renewBefore": DURATION,
    "networkPolicy.dns.ports": {"type": "array", "items": PORT, "minItems": 1},
    "networkPolicy.database.port": {"type": "integer", "minimum": 0, "maximum": 65535},
    "ingress.controller": _one_of("nginx", "other"),
}

NOT_OF_THE_EDGE = frozenset({("drainSeconds",)})
"""What `defaults` has and the edge has not: how long it drains follows from longestDelaySeconds."""

RETIRED = ("replicaCount", "autoscaling", "persistence", "postgresql")
"""Names that people bring from other charts: the schema lets them through, so that the chart can say what to write
instead; templates/_validation.tpl holds the sentences."""

ALSO_TAKEN: dict[str, dict[str, Any]] = {
    "global": {"type": "object", "description": "What Helm hands to a chart that is part of another; not used here."},
    "enabled": {"type": "boolean", "description": "For the condition of a chart that this one is part of; not used."},
    **{name: {"description": "Not a value of this chart; it says what to write instead."} for name in RETIRED},
}
"""What the schema takes and values.yaml does not hold."""
