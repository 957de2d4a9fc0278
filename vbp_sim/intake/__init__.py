"""Tables that people have, as they have them, to a market folder: `vbp import`."""
