import numpy as np
import pytest

from infra.demo.canvas import blank
from infra.demo.font import lettering
from infra.demo.graphics import Graphics, clock_text
from infra.demo.programme import DEMO, Programme


@pytest.mark.parametrize(
    ("t", "text"),
    [(0.0, "00:00:00.0"), (0.96, "00:00:00.9"), (61.3, "00:01:01.3"), (3725.04, "01:02:05.0")],
)
def test_the_clock_tells_programme_time_and_never_runs_ahead(t: float, text: str) -> None:
    assert clock_text(t) == text


@pytest.mark.parametrize("programme", DEMO, ids=lambda programme: programme.name)
def test_graphics_cover_a_small_part_and_keep_clear_of_the_edge(programme: Programme) -> None:
    canvas = blank(programme.height, programme.width)
    Graphics(programme).draw(canvas, 5.0, scene=0, since=5.0)
    covered = canvas.y > 40
    assert 0.03 < covered.mean() < 0.2
    assert not covered[:8].any()
    assert not covered[-8:].any()


def test_the_clock_moves_every_tenth_and_nothing_else_does() -> None:
    programme = DEMO[0]
    graphics = Graphics(programme)
    one, other = blank(programme.height, programme.width), blank(programme.height, programme.width)
    graphics.draw(one, 5.0, scene=0, since=5.0)
    graphics.draw(other, 5.1, scene=0, since=5.1)
    rows, columns = np.nonzero(one.y != other.y)
    assert rows.size
    assert rows.min() > 0.8 * programme.height
    assert columns.min() > 0.75 * programme.width


def test_accents_stand_above_their_letters() -> None:
    plain, accented = lettering("A", 20), lettering("Ã", 20)
    assert plain.shape == accented.shape
    above = np.s_[:6]
    assert not plain[above].any()
    assert accented[above].any()


def test_a_letter_the_font_lacks_is_an_error_not_a_hole() -> None:
    with pytest.raises(KeyError):
        lettering("A€", 20)
