"""How the committed models are made: programmes composed, faults put in, nets trained and judged."""
