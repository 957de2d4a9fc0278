"""The highest valid bid."""
