"""Deciding, purely: from scores and statuses to occurrences. The same code serves live, files and replay."""
