"""Evidence: a clip by stream copy from the recorded segments, and a thumbnail, for each occurrence."""
