"""vbp_sim: a discrete-event simulator of China's centralized volume-based procurement (VBP)."""

__version__ = "0.1.0"
