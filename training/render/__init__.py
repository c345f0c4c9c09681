"""Programmes encoded as broadcasters do, with their truth beside them."""
