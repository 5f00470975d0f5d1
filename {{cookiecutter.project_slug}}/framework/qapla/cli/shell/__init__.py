"""`qapla shell`: Python with the models, the drivers and the sessions of the project."""
