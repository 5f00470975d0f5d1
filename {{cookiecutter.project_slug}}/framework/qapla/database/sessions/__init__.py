"""Sessions: their routing, their transactions, and writes that nobody committed."""
