"""The calllog service: every call that an edge answered."""
