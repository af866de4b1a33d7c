"""Tests of the pure rules; no I/O."""
