"""Up to which price insurance pays."""
