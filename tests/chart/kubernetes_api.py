"""As much of Kubernetes' API as Helm asks for when it looks up a Secret or a Deployment."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Secrets = Mapping[str, Mapping[str, str]]
"""The texts of each Secret, by its name and their keys."""

Replicas = Mapping[str, int]
"""How many pods each Deployment is asked for, by its name."""


def _kinds(group: str, name: str, kind: str) -> dict[str, Any]:
    """Return the list of a group's kinds, which has the one."""
    known = {"name": name, "singularName": kind.lower(), "namespaced": True, "kind": kind, "verbs": ["get"]}
    return {"kind": "APIResourceList", "groupVersion": group, "resources": [known]}


ALWAYS: Mapping[str, dict[str, Any]] = {
    "version": {"major": "1", "minor": "30", "gitVersion": "v1.30.0"},
    "api": {"kind": "APIVersions", "versions": ["v1"]},
    "apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "api/v1": _kinds("v1", "secrets", "Secret"),
    "apis/apps/v1": _kinds("apps/v1", "deployments", "Deployment"),
}
"""What every cluster answers, by the path."""


@contextmanager
def kubernetes_api(secrets: Secrets, *, replicas: Replicas | None = None) -> Iterator[str]:
    """Answer as a cluster that holds these Secrets and Deployments, in any namespace, and yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(secrets, replicas or {}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(path: str, secrets: Secrets, replicas: Replicas) -> tuple[int, dict[str, Any]]:
    asked = path.partition("?")[0].strip("/")
    match asked.split("/"):
        case _ if asked in ALWAYS:
            return 200, ALWAYS[asked]
        case ["api", "v1", "namespaces", _, "secrets", name] if name in secrets:
            return 200, _secret(name, secrets[name])
        case ["apis", "apps", "v1", "namespaces", _, "deployments", name] if name in replicas:
            return 200, _deployment(name, replicas[name])
        case _:
            return 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}


def _secret(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    data = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    return {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": name}, "data": data}


def _deployment(name: str, replicas: int) -> dict[str, Any]:
    return {"kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": name}, "spec": {"replicas": replicas}}


def _handler(secrets: Secrets, replicas: Replicas) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = _answer(self.path, secrets, replicas)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
