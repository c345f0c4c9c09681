"""Deciding the past again from the log, by today's rules or others. Nothing live is written."""
