"""What follows when a winner cannot supply."""
