"""From a call and an index to the example that answers it, or the reason that none does."""
