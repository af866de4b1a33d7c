"""The rules of a mock call around matching: where it goes, which gates it passes, how long it waits, what is logged."""
