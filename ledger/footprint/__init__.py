"""What a declaration says and how it is held against itself; `ledger.kinds.footprint` puts it together as a kind."""
