"""Who passes the first cut by rank."""
