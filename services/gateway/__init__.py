"""SERVICE gateway: Postman's REST API in front of catalog, registry and calllog; it has no rights of its own."""
