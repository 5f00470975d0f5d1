"""Places of databases: URLs that are read, renamed and compared before anything connects."""
