"""How the sound model is made: programmes of sound composed, faults put in, sent through codecs, learnt."""
