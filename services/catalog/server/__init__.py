"""The gRPC side of the catalog: messages in, use case, messages out."""

from services.catalog.server.changes import watch_service
from services.catalog.server.collections import collection_service
from services.catalog.server.environments import environment_service
from services.catalog.server.examples import example_service

__all__ = ["collection_service", "environment_service", "example_service", "watch_service"]
