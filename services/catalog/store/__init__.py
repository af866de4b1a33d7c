"""The catalog's SQL: reading, and writing in transactions that end with a revision."""

from services.catalog.store.catalog_store import CatalogStore
from services.catalog.store.reading import ByName, DerivedExample, ExportedDocument
from services.catalog.store.request_ids import RequestId
from services.catalog.store.writing import Writing

__all__ = ["ByName", "CatalogStore", "DerivedExample", "ExportedDocument", "RequestId", "Writing"]
