"""A second chance for shortlisted bids that the first selection left out."""
