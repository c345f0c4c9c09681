"""The past decided again, on a log of its own: a package, so that it ends with its tests."""
