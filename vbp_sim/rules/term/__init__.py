"""How long an agreement lasts."""
