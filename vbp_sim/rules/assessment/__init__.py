"""How hospitals are assessed at the end of a contract year."""
