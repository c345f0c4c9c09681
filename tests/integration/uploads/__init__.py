"""Files that are uploaded, on stages of their own: a package, so that these end with its tests."""
