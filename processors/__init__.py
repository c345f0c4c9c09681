"""Faust apps (video, audio, decisions, evidence) and the pure code that they share with offline analysis."""
