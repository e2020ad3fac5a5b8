"""`python -m verifier` is `tanji-verify`."""

from verifier.cli import main

main()
