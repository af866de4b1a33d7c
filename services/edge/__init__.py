"""The edge service: answers mock traffic over HTTP."""
