"""The edge, beside the real services, and its parts by themselves."""
