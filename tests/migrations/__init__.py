"""Tests of the migrations of each schema."""
