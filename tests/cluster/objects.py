"""What every object has: a kind, a name, labels; and how labels select."""

from collections.abc import Mapping
from typing import Final, Literal

from tests.cluster.understood import Understood

HOOK: Final = "helm.sh/hook"


class Metadata(Understood):
    """Who an object is."""

    name: str
    namespace: str | None = None
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}


class Requirement(Understood):
    """A condition on one label."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()

    def is_met_by(self, labels: Mapping[str, str]) -> bool:
        """Tell whether labels meet the condition."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels


class Selector(Understood):
    """Conditions on labels; the empty one selects everything."""

    match_labels: Mapping[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Tell whether labels meet all conditions."""
        return self.match_labels.items() <= labels.items() and all(
            requirement.is_met_by(labels) for requirement in self.match_expressions
        )


class Object(Understood):
    """Anything that has a kind and a name."""

    api_version: str
    kind: str
    metadata: Metadata

    @property
    def hooks(self) -> frozenset[str]:
        """Return the moments of Helm at which this is made; none for what is simply installed."""
        text = self.metadata.annotations.get(HOOK, "")
        return frozenset(filter(None, (hook.strip() for hook in text.split(","))))
