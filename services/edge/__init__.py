"""The edge service: answers mock traffic over HTTP."""

import sys

if "services.edge" in sys.orig_argv:
    # structlog takes rich along wherever it is installed; a worker has no use for it, and three megabytes to lose.
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type] # None is how Python marks what must not be imported
