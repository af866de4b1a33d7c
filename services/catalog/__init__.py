"""The catalog service: collections, environments, examples and release tags."""
