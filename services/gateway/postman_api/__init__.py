"""Postman's REST API: its paths, bodies, replies and errors ("Postman API reference")."""
