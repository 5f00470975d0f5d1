"""Fields of a model: their notation, their types, and the rules that they keep."""
