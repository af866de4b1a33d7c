"""The rules of Understudy, pure: no I/O, no clock, no randomness, no protobuf, no asyncio, no logging."""
