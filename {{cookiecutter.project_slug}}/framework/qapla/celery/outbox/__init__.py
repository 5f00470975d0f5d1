"""Messages that are written in the commit of their rows, and tasks whose work is done once."""
