"""Groups of firms that compete apart from each other for one drug."""
