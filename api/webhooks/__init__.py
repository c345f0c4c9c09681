"""Webhooks: programs elsewhere are told of occurrences, signed, at least once, in order per occurrence."""
