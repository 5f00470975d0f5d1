"""Keep bytecode out of the template: cookiecutter would copy it into every project."""

import sys

sys.dont_write_bytecode = True
