"""Judging the models: programmes of known truth through the code that users run, beside ffmpeg's own."""
