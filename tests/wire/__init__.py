"""Tests of contracts and conversions."""
