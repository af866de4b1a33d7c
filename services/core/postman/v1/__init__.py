"""Collections in format v1, which the app began with: rewritten as format v2.1, and from there read like any other."""
