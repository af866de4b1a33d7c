"""Tests of what is measured, and of the dashboards and alerts that show it."""
