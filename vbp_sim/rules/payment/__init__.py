"""Who pays whom, when, and up to which price insurance pays."""
