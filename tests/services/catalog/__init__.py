"""The catalog over real gRPC and a real PostgreSQL."""
