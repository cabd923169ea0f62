"""`python -m workbench.cli`: what the launcher starts."""

from workbench.cli.main import main

main()
