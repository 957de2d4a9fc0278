"""Who of the shortlisted wins, and at which price."""
