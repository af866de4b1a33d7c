"""The reply of a server response, which every call to a mock gets while it is active, whatever its method or path.

Its headers are sent as they are; its language is for editors, and sets no type (Postman's API reference, "Create a
server response").
"""

from dataclasses import replace

from services.core.mocks import ServerResponse
from services.core.rendering.headers import completed, header_name, header_value
from services.core.rendering.reply import Reply


def server_response_reply(response: ServerResponse) -> Reply:
    """Return the reply of a server response; what HTTP cannot carry is left out, as it is for examples."""
    named = ((header_name(name), header_value(value)) for name, value in response.headers)
    headers = completed(((name, value) for name, value in named if name is not None), None)
    length = (b"content-length", b"%d" % len(response.body))
    return Reply(status=response.status_code, headers=(*headers, length), body=response.body)


def without_body(reply: Reply) -> Reply:
    """Return the reply as HEAD gets it: the length still tells of the body that GET would get."""
    return replace(reply, body=b"")
