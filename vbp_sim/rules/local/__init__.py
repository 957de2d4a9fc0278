"""Local law: what governs use, payment and supervision between rounds, dated, by place."""
