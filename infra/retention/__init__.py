"""Retention: media goes by age and by bytes, the oldest first; evidence stays."""
