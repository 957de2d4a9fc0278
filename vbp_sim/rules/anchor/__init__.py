"""What the ratio of a bid is measured against."""
