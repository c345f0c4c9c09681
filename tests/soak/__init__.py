"""The soak: the whole system on scripted television under the knife, and an oracle that judges it."""
