"""Which part of the reported volume is guaranteed to the winners."""
