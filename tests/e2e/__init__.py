"""Tests of the whole suite, as a user runs it."""
