"""Tests of the `understudy` command: against a running `up`, as a person or a script uses it."""
