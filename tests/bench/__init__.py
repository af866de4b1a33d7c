"""Benchmarks: not collected by default, run by make bench."""
