"""The judge: values in, findings out. It never writes, and trusts nothing that it did not recompute."""
