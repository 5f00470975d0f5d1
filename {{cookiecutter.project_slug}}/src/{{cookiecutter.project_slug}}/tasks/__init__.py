"""The tasks: a module for each subject; the worker finds them all."""
