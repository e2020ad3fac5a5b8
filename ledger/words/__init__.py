"""Messages, Chinese first and English, one module for each area: `WORDS`, by stable code.

A kind of statement brings the words of its own codes itself; `ledger.catalogue` puts all of them together.
"""
