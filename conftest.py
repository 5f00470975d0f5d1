"""Keep bytecode out of the template: cookiecutter would copy it into every project."""

import sys

sys.dont_write_bytecode = True

# As the configuration of the generated project loads it.
pytest_plugins = ["qapla.testing.plugin"]
