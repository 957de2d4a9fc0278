"""Elimination across the drugs of a round."""
