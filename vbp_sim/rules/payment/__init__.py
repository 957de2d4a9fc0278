"""Who pays whom, and when."""
