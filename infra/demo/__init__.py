"""Synthetic television with known faults, put on air over real SRT."""
