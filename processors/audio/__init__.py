"""Sound: decode, reduce to blocks of a quarter of a second, score with the model."""
