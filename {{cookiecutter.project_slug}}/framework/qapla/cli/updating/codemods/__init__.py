"""Changes of a project's code for newer versions of the framework.

A change of the framework that breaks the code of projects comes with one of these.
"""

from qapla.cli.updating.codemods import filters
from qapla.cli.updating.codemods.codemod import Codemod

# In the order of their versions.
CODEMODS = (Codemod("0.2.0", filters.change, filters.places),)
