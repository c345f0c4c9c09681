"""A whole Horus in a browser: a package, so that it ends with its own tests."""
