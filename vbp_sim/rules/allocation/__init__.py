"""Which winner supplies which province."""
