"""Tests of the calllog service."""
