"""Tests of one service: real gRPC on loopback, real PostgreSQL."""
