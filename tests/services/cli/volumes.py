"""A directory as Kubernetes mounts a ConfigMap: links to a hidden directory, which a change swaps for another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class ConfigMapVolume:
    """The mounted directory."""

    path: Path

    def write(self, files: Mapping[str, Any]) -> None:
        """Make the volume hold these files, JSON or text by name, all at once as kubelet does."""
        hidden = self.path / f"..2026_11_24_12_00_00.{next(_numbers)}"
        hidden.mkdir(parents=True)
        for name, content in files.items():
            (hidden / name).write_text(content if isinstance(content, str) else json.dumps(content))
            link = self.path / name
            if not link.is_symlink():
                link.symlink_to(f"..data/{name}")
        fresh = self.path / "..data_tmp"
        fresh.symlink_to(hidden.name)
        fresh.rename(self.path / "..data")
        for link in self.path.iterdir():
            if not link.name.startswith("..") and link.name not in files:
                link.unlink()
