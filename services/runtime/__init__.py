"""What every service stands on: lifecycle, gRPC server, health, metrics, database, logging. Knows no domain."""
