"""Collections in format v1, the app's own until 2016: rewritten as format v2.1, and from there read like any other."""
