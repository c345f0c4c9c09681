"""Picture: decode, reduce to cells, score with the model."""
