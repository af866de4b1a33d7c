"""The words that dynamic variables choose from, one module for each subject.

What is a closed list in the world (countries, currencies, media types) is that list; elsewhere the words are our own,
as many as Postman's list of dynamic variables has. Spelled in one text each, they read as prose and not as punctuation.
"""

Words = tuple[str, ...]


def listed(text: str) -> Words:
    """Return the entries of a text that separates them by commas."""
    return tuple(" ".join(entry.split()) for entry in text.split(","))
