"""Held against Postman's own open libraries: what they read and what we read of the same input must be the same.

`sdk.js` runs the libraries and answers questions, `sdk.py` asks them, `shapes.py` puts our answers into the same shape,
and `differences.py` is the table of everything in which we mean to differ, with the reason.
"""
