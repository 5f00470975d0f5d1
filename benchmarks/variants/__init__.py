"""The measured programs, each of which prints its seconds."""
