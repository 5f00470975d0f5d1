"""Stamp the databases and models into the new project, and print the next commands."""

import gc
import sys
from pathlib import Path

# The extension of the template stamps, unless it is that of another version, as with cruft.
steps = (
    """{{ cookiecutter | stamp if 'stamp' is filter and '_output_dir' in cookiecutter else '' }}"""
)
if not steps:
    # Garbage, which a short process need not collect, takes a tenth of its time.
    gc.disable()
    sys.dont_write_bytecode = True
    sys.path.insert(0, "framework")

    from qapla.exceptions import ScaffoldError
    from qapla.scaffold.answers import stamp

    try:
        steps = stamp(
            Path.cwd(),
            package="{{ cookiecutter.project_slug }}",
            databases="{{ cookiecutter.databases }}",
            models="{{ cookiecutter.__quoted_models }}",
        )
    except ScaffoldError as error:
        raise SystemExit(str(error)) from None
    # The interpreter's end collects nothing either.
    gc.freeze()
# cruft makes the project anew for each diff and update, and names no output directory.
if "{{ '_output_dir' in cookiecutter }}" == "True":
    print(steps)
