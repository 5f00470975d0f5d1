"""Changes of a project's files: collected, shown as a diff, and written all together or not at all."""
