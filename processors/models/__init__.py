"""Models: the committed .tflite files, their cards, and the code that runs them."""
