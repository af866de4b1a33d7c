"""Between our dataclasses and protobuf: codecs, typed clients, the one error table, authentication."""
