"""``python -m policygraph`` is the command ``policygraph``."""

from policygraph.cli import main

main()
