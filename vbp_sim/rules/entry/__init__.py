"""Who may bid, and how many must."""
