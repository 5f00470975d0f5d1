"""The schema of a database as a diagram: tables from SQLAlchemy's metadata, placed by their references."""
