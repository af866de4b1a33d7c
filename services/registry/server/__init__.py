"""The gRPC side of the registry: messages in, use case, messages out."""

from services.registry.server.accounts import account_service
from services.registry.server.api_keys import api_key_service
from services.registry.server.changes import watch_service
from services.registry.server.mocks import mock_service

__all__ = ["account_service", "api_key_service", "mock_service", "watch_service"]
