"""Who steps in where the main supplier fails."""
