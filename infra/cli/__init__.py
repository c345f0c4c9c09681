"""The command line: ``horus``."""
