"""The command without its script: `python -m qapla.cli add model Ship`."""

from qapla.cli.main import main

main(prog_name="python -m qapla.cli")
