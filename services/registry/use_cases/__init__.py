"""What the registry does, in our dataclasses: checks who may, validates, and calls the stores and the catalog."""
