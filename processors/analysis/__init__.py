"""Files judged without any service: the measures and decisions of live watching, over a whole file."""

from processors.analysis.single import analyze_audio_segments, analyze_video_frames

__all__ = ["analyze_audio_segments", "analyze_video_frames"]
