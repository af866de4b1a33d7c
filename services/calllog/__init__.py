"""SERVICE: keeps every call that an edge answered: search, tail, retention, metrics of mock traffic."""
