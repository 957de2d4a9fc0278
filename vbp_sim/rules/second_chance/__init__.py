"""A second chance for bids that were not shortlisted."""
