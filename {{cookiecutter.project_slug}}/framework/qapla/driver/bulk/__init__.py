"""Many rows: streams of rows, and COPY in PostgreSQL's binary format."""
