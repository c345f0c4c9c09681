"""Programmes of television in colour, made from source media: shots, faults in them, graphics over them."""
