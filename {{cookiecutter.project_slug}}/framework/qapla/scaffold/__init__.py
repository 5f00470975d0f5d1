"""The scaffold adds databases, models and outboxes to a project, on day one and later.

It needs the standard library and Jinja2 alone, as it also runs in cookiecutter's environment.
"""
