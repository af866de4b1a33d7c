"""The registry service: accounts, API keys, mocks and their server responses."""
