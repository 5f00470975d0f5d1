"""The source text of models, before it is formatted."""
