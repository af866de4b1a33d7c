"""What the chart renders for some values, as `helm template` prints it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.cluster.manifests import Manifests, read_manifests
from tests.image.built import built_image

CHART: Final = Path(__file__).parents[2] / "charts" / "understudy"

HELM: Final = Path(sys.executable).with_name("helm")

RELEASE: Final = "understudy"

Values = Mapping[str, Any]


def rendered(values: Values, *, namespace: str = "understudy") -> Manifests:
    """Return the objects of a release with this checkout's image. Raises AssertionError with what helm said."""
    repository, _, tag = built_image().rpartition(":")
    given = {"image": {"repository": repository, "tag": tag}, **values}
    command = [str(HELM), "template", RELEASE, str(CHART), "--namespace", namespace, "--values", "-"]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return read_manifests(done.stdout)
