"""The scaffold: it stamps databases and models into a project, on day one and ever after.

It needs the standard library and Jinja2 alone, as it also runs where a project is generated.
"""
