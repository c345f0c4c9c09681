"""The lattice of points that a picture is measured on, and the cells that it falls into."""

# 16 x 9 cells: one is about the size of a station logo, a lower third or a ticker covers whole rows of
# them, and an interpreter's window some 4 x 4, so that a model can tell graphics from programme.
COLUMNS, ROWS = 16, 9
CELLS = COLUMNS * ROWS
# 10 x 10 points a cell: a share of points is then known to 1 %, and a whole picture is 14,400 points,
# 0.7 % of a 1080p frame.
POINTS = 10
WIDTH, HEIGHT = COLUMNS * POINTS, ROWS * POINTS
# Pictures are compared at most this often. At 5 Hz a second of history is five intervals, of which a
# key frame every half second still leaves two or three untouched; hardly any motion is slower.
MEASURE_HZ = 5.0
# Intervals of history the model sees: 1 s, the length from which a fault counts (DESIGN section 7).
HISTORY = 5
