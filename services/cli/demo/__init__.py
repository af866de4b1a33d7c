"""The collection that `make up` mocks: a small shop, made to show how a mock answers."""

from pathlib import Path

SHOP = Path(__file__).parent / "shop.json"
