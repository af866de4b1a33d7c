"""Postman's file formats: read into frozen dataclasses, and edited in place."""
