"""The gRPC client for programs that provision: retries, deadlines, pages as iterators, errors as exceptions.

    async with connect(Targets.at("localhost:7000"), api_key=key) as understudy:
        imported = await understudy.catalog.import_collection(document)
        mock = await understudy.registry.create_mock(MockDraft(collection_id=imported.collection.id))
        async for entry in understudy.calllog.list_entries(mock.id):
            ...

Every call has a deadline, and is tried again while a service cannot be reached; creates take a `request_id`, which
makes a repetition of your own safe too. Lists are asynchronous iterators that fetch page after page. What fails raises
an `UnderstudyError`: its subclasses in `services.core.errors` say whose fault it is, and their messages what to do.
"""

from services.client.understudy import Targets, Understudy, connect
from services.core.access.visibility import Visibility
from services.core.call_log import CallLogEntry, CallLogFilter
from services.core.catalog import ImportedCollection, ImportMode, StoredCollection, StoredEnvironment
from services.core.errors import UnderstudyError
from services.core.mocks import Delay, Mock, MockConfig, MockDraft, ServerResponse, ServerResponseDraft
from services.core.postman.collection import Example
from services.core.postman.environment import Environment
from services.core.postman.variable import Variable
from services.wire.certificates import ClientTls

__all__ = [
    "CallLogEntry",
    "CallLogFilter",
    "ClientTls",
    "Delay",
    "Environment",
    "Example",
    "ImportMode",
    "ImportedCollection",
    "Mock",
    "MockConfig",
    "MockDraft",
    "ServerResponse",
    "ServerResponseDraft",
    "StoredCollection",
    "StoredEnvironment",
    "Targets",
    "Understudy",
    "UnderstudyError",
    "Variable",
    "Visibility",
    "connect",
]
