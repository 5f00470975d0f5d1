"""Serve a project. Arguments: the project's package, and the port."""

import sys
from importlib import import_module

from qapla.web.server import serve

if __name__ == "__main__":
    package, port = sys.argv[1:]
    application = import_module(package).main.run_wsgi()
    serve(application, None, listen=f"127.0.0.1:{port}", threads="4")
