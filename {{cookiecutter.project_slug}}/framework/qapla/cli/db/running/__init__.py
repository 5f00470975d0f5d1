"""Work on the chosen databases: one after the other, with progress, and a table at the end."""
