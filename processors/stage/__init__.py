"""The loop that every Faust stage runs: nothing lost, outputs before state before acknowledgement."""
