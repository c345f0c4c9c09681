"""What goes wrong in the programme, before the station's graphics are laid over it."""
