"""Sound: decode, reduce to blocks of half a second, score with the model."""
