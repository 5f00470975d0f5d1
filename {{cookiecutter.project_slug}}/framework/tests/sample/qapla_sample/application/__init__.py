"""The application of the sample."""
