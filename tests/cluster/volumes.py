"""The volumes of a pod, as volumes of the engine that live as long as the pod, or longer where they are claimed.

An emptyDir is a tmpfs of its limit's size: full, it answers "no space left", where kubelet would evict the pod. Files
of Secrets and ConfigMaps lie as kubelet lays them, so that a change arrives whole:

    ..0/name, ..1/name      each state, in a directory of its own
    ..data -> ..1           swapped by one rename
    name -> ..data/name
"""

import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from docker.models.containers import Container as DockerContainer
from docker.types import Mount

from tests.cluster.engine import Engine
from tests.cluster.manifests import ConfigMap, Files, Manifests, Secret
from tests.cluster.pod_manifests import Container, PodSpec
from tests.cluster.understood import NotUnderstood
from tests.cluster.volume_manifests import EmptyDir, Item, Volume

ROOT: Final = "/volumes"
"""Where the pod's sandbox, which keeps all its volumes mounted, sees them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a volume."""

    path: str
    content: bytes
    mode: int


class PodVolumes:
    """The volumes of one pod. `claims` are the engine's volumes behind PersistentVolumeClaims, by the claim's name."""

    def __init__(self, engine: Engine, pod: str, spec: PodSpec, claims: Mapping[str, str]) -> None:
        self._spec = spec
        self._group = spec.security_context.fs_group
        self._written: dict[str, Sequence[File]] = {}
        self._states = 0
        self._names = {each.name: self._made(engine, pod, each, claims) for each in spec.volumes}

    @property
    def of_the_sandbox(self) -> list[Mount]:
        """Return all volumes, as the sandbox mounts them."""
        return [_mount(f"{ROOT}/{name}", source) for name, source in self._names.items()]

    def of_container(self, container: Container) -> list[Mount]:
        """Return the volumes that a container mounts. Raises NotUnderstood for one that its pod does not have."""
        return [
            _mount(
                each.mount_path,
                self._source(each.name, each.sub_path),
                read_only=each.read_only or self._is_fixed(each.name),
            )
            for each in container.volume_mounts
        ]

    def prepare(self, sandbox: DockerContainer, manifests: Manifests) -> None:
        """Give the claimed disks to the pod's group, and write the files."""
        for volume in self._spec.volumes:
            if volume.persistent_volume_claim is not None and self._group is not None:
                place = f"{ROOT}/{volume.name}"
                _run(sandbox, f"chgrp -R {self._group} {place} && chmod -R g+rwX {place} && chmod g+s {place}")
        self.write(sandbox, manifests)

    def write(self, sandbox: DockerContainer, manifests: Manifests) -> None:
        """Write the files that Secrets and ConfigMaps hold now, where they differ from those that are there."""
        for volume in self._spec.volumes:
            files = files_of(volume, manifests)
            if files is not None and self._written.get(volume.name) != files:
                self._replace(sandbox, volume.name, files)
                self._written[volume.name] = files

    def _replace(self, sandbox: DockerContainer, name: str, files: Sequence[File]) -> None:
        place, state = f"{ROOT}/{name}", f"..{self._states}"
        self._states += 1
        assert sandbox.put_archive(place, _archive(state, files, self._group))
        tops = " ".join(sorted({f"'{file.path.partition('/')[0]}'" for file in files}))
        swap = f"cd {place} && ln -s {state} ..data_tmp && mv -T ..data_tmp ..data"
        links = f'for name in {tops}; do [ -L "$name" ] || ln -s "..data/$name" "$name"; done' if files else "true"
        tidy = 'for link in *; do [ -e "$link" ] || rm -f "$link"; done'
        _run(sandbox, f"{swap} && {links} && {tidy}")

    def _made(self, engine: Engine, pod: str, volume: Volume, claims: Mapping[str, str]) -> str:
        if volume.persistent_volume_claim is not None:
            return claims[volume.persistent_volume_claim.claim_name]
        if volume.empty_dir is not None:
            return str(engine.volume(f"{pod}-{volume.name}", **self._empty(volume.empty_dir)).name)
        return str(engine.volume(f"{pod}-{volume.name}", mode="0755").name)

    def _empty(self, directory: EmptyDir) -> dict[str, str]:
        """Return the options of tmpfs: open to all as kubelet makes it, and the group's where there is one."""
        options = {"mode": "0777"} if self._group is None else {"mode": "2777", "gid": str(self._group)}
        if directory.size_limit is not None:
            options["size"] = str(int(directory.size_limit))
        return options

    def _source(self, name: str, sub_path: str) -> str:
        if name not in self._names:
            raise NotUnderstood(f"there is no volume {name} in the pod")
        if sub_path:
            raise NotUnderstood(f"a part of a volume ({name}/{sub_path}) cannot be mounted, nor would it be updated")
        return self._names[name]

    def _is_fixed(self, name: str) -> bool:
        """Tell whether a volume can only be read: those of files are, whatever the mount says."""
        volume = next(each for each in self._spec.volumes if each.name == name)
        return not (volume.empty_dir or volume.persistent_volume_claim)


def files_of(volume: Volume, manifests: Manifests) -> tuple[File, ...] | None:
    """Return the files of a volume, or None for one that has none of its own. Raises NotUnderstood as `get` does."""
    if volume.secret is not None:
        secret = volume.secret
        content = _content(manifests, Secret, secret.secret_name, optional=secret.optional)
        return tuple(_chosen(content, secret.items, secret.default_mode))
    if volume.config_map is not None:
        config_map = volume.config_map
        content = _content(manifests, ConfigMap, config_map.name, optional=config_map.optional)
        return tuple(_chosen(content, config_map.items, config_map.default_mode))
    if volume.projected is not None:
        return tuple(_projected(volume, manifests))
    return None


def _projected(volume: Volume, manifests: Manifests) -> Iterator[File]:
    assert volume.projected is not None
    for source in volume.projected.sources:
        for kind, part in ((Secret, source.secret), (ConfigMap, source.config_map)):
            if part is not None:
                content = _content(manifests, kind, part.name, optional=part.optional)
                yield from _chosen(content, part.items, volume.projected.default_mode)


def _content(manifests: Manifests, kind: type[Files], name: str, *, optional: bool) -> Mapping[str, bytes]:
    return {} if optional and not manifests.has(kind, name) else manifests.get(kind, name).files


def _chosen(content: Mapping[str, bytes], items: Sequence[Item], mode: int) -> Iterator[File]:
    if not items:
        yield from (File(path=key, content=value, mode=mode) for key, value in sorted(content.items()))
    for item in items:
        if item.key not in content:
            raise NotUnderstood(f"there is no key {item.key}, which shall become the file {item.path}")
        yield File(path=item.path, content=content[item.key], mode=mode if item.mode is None else item.mode)


def _archive(folder: str, files: Sequence[File], group: int | None) -> bytes:
    """Return files as a tar, owned by root; a group of the pod's may read them too, as kubelet sees to."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add_folder(archive, folder)
        for file in files:
            for parent in reversed([*_parents(file.path)]):
                _add_folder(archive, f"{folder}/{parent}")
            entry = tarfile.TarInfo(f"{folder}/{file.path}")
            entry.size, entry.gid = len(file.content), group or 0
            entry.mode = file.mode if group is None else file.mode | 0o440
            archive.addfile(entry, io.BytesIO(file.content))
    return buffer.getvalue()


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _add_folder(archive: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    archive.addfile(entry)


def _mount(target: str, source: str, *, read_only: bool = False) -> Mount:
    """Return a mount that is never filled with what the image has at its place."""
    return Mount(target, source, type="volume", read_only=read_only, no_copy=True)


def _run(sandbox: DockerContainer, script: str) -> None:
    code, output = sandbox.exec_run(["sh", "-c", script])
    assert code == 0, f"{script}: {output!r}"
