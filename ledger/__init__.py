"""The vocabulary that both sides must agree on, and the writer: statements, log, registration, receipts."""
