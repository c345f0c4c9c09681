"""Files as channels: a file is cut into segments, which the stages judge as they judge live ones."""
