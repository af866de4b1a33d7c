"""Volumes as manifests tell them."""

from typing import Literal

from tests.cluster.quantities import Quantity
from tests.cluster.understood import Understood


class Item(Understood):
    """A key that becomes a file."""

    key: str
    path: str
    mode: int | None = None


class EmptyDir(Understood):
    """A directory that lives as long as the pod."""

    medium: Literal["", "Memory"] = ""
    size_limit: Quantity | None = None


class SecretVolume(Understood):
    """The files of a Secret."""

    secret_name: str
    items: tuple[Item, ...] = ()
    default_mode: int = 0o644
    optional: bool = False


class ConfigMapVolume(Understood):
    """The files of a ConfigMap."""

    name: str
    items: tuple[Item, ...] = ()
    default_mode: int = 0o644
    optional: bool = False


class ProjectedPart(Understood):
    """The files of a Secret or a ConfigMap among others."""

    name: str
    items: tuple[Item, ...] = ()
    optional: bool = False


class ProjectedSource(Understood):
    """One source of a projected volume."""

    secret: ProjectedPart | None = None
    config_map: ProjectedPart | None = None


class Projected(Understood):
    """The files of several sources in one directory."""

    sources: tuple[ProjectedSource, ...]
    default_mode: int = 0o644


class ClaimReference(Understood):
    """A disk that outlives the pod."""

    claim_name: str
    read_only: bool = False


class Volume(Understood):
    """A directory that containers of the pod may mount."""

    name: str
    empty_dir: EmptyDir | None = None
    secret: SecretVolume | None = None
    config_map: ConfigMapVolume | None = None
    projected: Projected | None = None
    persistent_volume_claim: ClaimReference | None = None
