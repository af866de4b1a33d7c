"""Tests of what every service stands on, and of the wire over a real server."""
