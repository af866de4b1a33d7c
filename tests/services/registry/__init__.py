"""Tests of the registry: a real server over a real database, beside a real catalog."""
