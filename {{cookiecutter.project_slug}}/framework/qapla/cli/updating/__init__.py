"""Update a project to a newer version of its template.

Both versions are rendered with the project's own answers, and git merges their difference into the
project.
"""
