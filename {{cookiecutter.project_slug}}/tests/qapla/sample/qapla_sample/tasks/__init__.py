"""Tasks of the sample."""
