"""Who may do what: decisions, no storage."""
