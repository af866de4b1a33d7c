"""The chart as Helm renders it, once for each set of values, and ways to look at what came out."""

import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HELM = Path(__file__).parents[2] / ".venv" / "bin" / "helm"
CHART = Path(__file__).parents[2] / "charts" / "understudy"
VALUES = Path(__file__).parent / "values"

DEFAULTS = "defaults"
SETS = (DEFAULTS, *sorted(path.stem for path in VALUES.glob("*.yaml")))
"""The sets of values: none at all, and each file of `values/`."""

COMPONENTS = ("catalog", "registry", "calllog", "edge", "gateway")
GRPC_COMPONENTS = ("catalog", "registry", "calllog")

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod as some workload makes it: the workload's kind and name, the pod's metadata and spec."""

    kind: str
    name: str
    metadata: Manifest
    spec: Manifest

    @property
    def component(self) -> str:
        """What kind of pod it is."""
        return str(self.metadata["labels"]["app.kubernetes.io/component"])

    @property
    def container(self) -> Manifest:
        """Its only container."""
        (container,) = self.spec["containers"]
        return dict(container)

    @property
    def environment(self) -> dict[str, Any]:
        """The container's variables: a text, or whence it is taken; of two with one name the last."""
        return {each["name"]: each.get("value", each.get("valueFrom")) for each in self.container.get("env", [])}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What Helm made of a set of values."""

    manifests: tuple[Manifest, ...]

    def of_kind(self, kind: str) -> dict[str, Manifest]:
        """Return the objects of a kind by their names."""
        return {each["metadata"]["name"]: each for each in self.manifests if each["kind"] == kind}

    def one(self, kind: str, name: str) -> Manifest:
        """Return one object."""
        return self.of_kind(kind)[name]

    def pods(self) -> list[Pod]:
        """Return every pod that would run, one for each workload."""
        return [pod for manifest in self.manifests for pod in _pods_of(manifest)]

    def pod(self, component: str) -> Pod:
        """Return the pod of a component."""
        (pod,) = [pod for pod in self.pods() if pod.component == component]
        return pod

    def workload(self, component: str) -> Manifest:
        """Return the Deployment or StatefulSet of a component."""
        (found,) = [
            each
            for each in self.manifests
            if each["kind"] in {"Deployment", "StatefulSet"} and component_of(each) == component
        ]
        return found


@cache
def rendered(name: str) -> Rendered:
    """Return what Helm makes of a set of values."""
    return Rendered(_parsed(_template(*_arguments(name)).stdout))


def rendered_with(values: Mapping[str, Any], *, on: str = DEFAULTS, release: str = "understudy") -> Rendered:
    """Return what Helm makes of a set of values with some more of them."""
    return Rendered(_parsed(_run_with(values, on, release).stdout))


def rendered_text(values: Mapping[str, Any]) -> str:
    """Return the text that Helm makes of the defaults with some more values."""
    return _run_with(values, DEFAULTS, "understudy").stdout


def rendered_in(cluster: str, values: Mapping[str, Any] | None = None) -> Rendered:
    """Return what Helm makes of the defaults, and some values, looking into the cluster at an address."""
    arguments = ("--dry-run=server", "--kube-apiserver", cluster, "-f", "-")
    return Rendered(_parsed(_template(*arguments, given=json.dumps(values or {})).stdout))


def rendered_for(version: str) -> Rendered:
    """Return what Helm makes of the defaults for a version of Kubernetes."""
    return Rendered(_parsed(_template("--kube-version", version).stdout))


def packaged(folder: Path) -> set[str]:
    """Return the names of the files in the chart's package, which is made in `folder`."""
    _helm("package", str(CHART), "--destination", str(folder))
    (package,) = folder.glob("*.tgz")
    with tarfile.open(package) as archive:
        return set(archive.getnames())


def refusal(values: Mapping[str, Any], *, on: str = DEFAULTS) -> str:
    """Return what Helm says when it refuses the values."""
    done = _run_with(values, on, "understudy", must_work=False)

    assert done.returncode != 0, "Helm took the values."
    return done.stderr


def lint(name: str) -> subprocess.CompletedProcess[str]:
    """Return what `helm lint` says about the chart with a set of values."""
    return _helm("lint", "--strict", str(CHART), *_arguments(name))


@cache
def notes(name: str) -> str:
    """Return what is printed after an installation with a set of values; Helm renders it for a cluster alone."""
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder) / "understudy"
        shutil.copytree(CHART, chart)
        (chart / "NOTES").write_text((CHART / "templates" / "NOTES.txt").read_text(encoding="utf-8"), encoding="utf-8")
        (chart / "templates" / "notes.yaml").write_text('text: {{ tpl (.Files.Get "NOTES") . | toJson }}\n')
        done = _helm("template", "understudy", str(chart), "-s", "templates/notes.yaml", *_arguments(name))
    return str(yaml.safe_load(done.stdout)["text"])


def component_of(manifest: Manifest) -> str:
    """Return which component an object belongs to."""
    return str(manifest["metadata"]["labels"].get("app.kubernetes.io/component", ""))


def _run_with(
    values: Mapping[str, Any], on: str, release: str, *, must_work: bool = True
) -> subprocess.CompletedProcess[str]:
    return _template(*_arguments(on), "-f", "-", release=release, given=json.dumps(values), must_work=must_work)


def _arguments(name: str) -> tuple[str, ...]:
    return () if name == DEFAULTS else ("-f", str(VALUES / f"{name}.yaml"))


def _template(
    *arguments: str, release: str = "understudy", given: str = "", must_work: bool = True
) -> subprocess.CompletedProcess[str]:
    return _helm("template", release, str(CHART), "--namespace", "mocks", *arguments, given=given, must_work=must_work)


def _helm(*arguments: str, given: str = "", must_work: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([HELM, *arguments], capture_output=True, text=True, input=given, check=False, timeout=60)
    if must_work:
        assert done.returncode == 0, done.stderr + done.stdout
    return done


def _parsed(text: str) -> tuple[Manifest, ...]:
    return tuple(each for each in yaml.load_all(text, Loader=yaml.CSafeLoader) if each)


def _pods_of(manifest: Manifest) -> Iterator[Pod]:
    if manifest["kind"] == "Pod":
        template = manifest
    elif manifest["kind"] in {"Deployment", "StatefulSet", "Job"}:
        template = manifest["spec"]["template"]
    else:
        return
    yield Pod(
        kind=manifest["kind"],
        name=manifest["metadata"]["name"],
        metadata=template["metadata"],
        spec=template["spec"],
    )
