"""As much of Kubernetes' API as Helm asks for when it looks up a Secret: what the cluster knows, and the Secret."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Secrets = Mapping[str, Mapping[str, str]]
"""The texts of each Secret, by its name and their keys."""

KINDS = {
    "kind": "APIResourceList",
    "groupVersion": "v1",
    "resources": [
        {"name": "secrets", "singularName": "secret", "namespaced": True, "kind": "Secret", "verbs": ["get"]}
    ],
}


@contextmanager
def kubernetes_api(secrets: Secrets) -> Iterator[str]:
    """Answer as a cluster that holds these Secrets, in any namespace, and yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(secrets))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(path: str, secrets: Secrets) -> tuple[int, dict[str, Any]]:
    match path.partition("?")[0].strip("/").split("/"):
        case ["version"]:
            return 200, {"major": "1", "minor": "30", "gitVersion": "v1.30.0"}
        case ["api"]:
            return 200, {"kind": "APIVersions", "versions": ["v1"]}
        case ["apis"]:
            return 200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}
        case ["api", "v1"]:
            return 200, KINDS
        case ["api", "v1", "namespaces", _, "secrets", name] if name in secrets:
            return 200, _secret(name, secrets[name])
        case _:
            return 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}


def _secret(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    data = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    return {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": name}, "data": data}


def _handler(secrets: Secrets) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = _answer(self.path, secrets)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
