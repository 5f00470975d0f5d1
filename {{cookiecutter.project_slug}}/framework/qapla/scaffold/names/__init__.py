"""Names of projects, databases and models: their rules, and everything that is called after them."""
