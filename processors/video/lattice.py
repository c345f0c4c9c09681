"""The grid of cells that a picture is measured on, and how often."""

# 16 x 9 cells: one is about the size of a station logo, a lower third or a ticker covers whole rows of
# them, and an interpreter's window some 4 x 4, so that a model can tell graphics from programme.
COLUMNS, ROWS = 16, 9
CELLS = COLUMNS * ROWS
# 10 x 10 points a cell, each one pixel of the picture as decoded: a share of points is then known to 1 %.
POINTS = 10
WIDTH, HEIGHT = COLUMNS * POINTS, ROWS * POINTS
# The small picture: 32 x 32 pixels a cell, halved three times without a remainder. The least blur that
# counts (sigma 0.6 % of the height, DESIGN section 7) is 1.7 of its rows, whatever the picture's size.
SMALL_CELL = 32
SMALL_WIDTH, SMALL_HEIGHT = COLUMNS * SMALL_CELL, ROWS * SMALL_CELL
# Pictures are compared at most this often. At 5 Hz a second of history is five intervals, of which a
# key frame every half second still leaves two or three untouched; hardly any motion is slower.
MEASURE_HZ = 5.0
