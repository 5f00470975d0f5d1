"""`python -m qapla.cli`: the command without an installation, as an update runs that of a newer framework."""

from qapla.cli.main import main

main(prog_name="qapla")
