"""The settings of the sample."""
