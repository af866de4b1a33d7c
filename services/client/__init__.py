"""The gRPC client for programs that provision: retries, deadlines, pages as iterators, errors as exceptions."""

from services.client.understudy import Targets, Understudy, connect

__all__ = ["Targets", "Understudy", "connect"]
