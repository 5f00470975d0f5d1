"""Tasks, in a module for each subject; workers import them all."""
