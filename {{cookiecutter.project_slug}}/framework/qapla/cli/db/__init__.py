"""`qapla db`: the commands over all databases of a project."""
