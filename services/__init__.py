"""Understudy: a self-hosted mock server platform that answers with the saved examples of Postman collections."""
