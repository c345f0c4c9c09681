"""Media in: one ffmpeg a channel cuts its source into segments, indexed and published, never decoded."""
