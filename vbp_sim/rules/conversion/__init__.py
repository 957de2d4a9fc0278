"""Prices of other strengths and packs as prices of the representative one."""
