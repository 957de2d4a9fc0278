"""How fast the simulator is, measured against other ways of doing the same work: `python -m benchmarks`.

Ratios from one run on one machine mean something; seconds alone do not. Nothing here is a test.
"""
