"""The gateway service: Postman's REST API over the services."""
