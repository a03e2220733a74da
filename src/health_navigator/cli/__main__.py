"""`python -m health_navigator.cli`."""

from health_navigator.cli import main

main()
