"""The feature layouts that are measured today."""

from processors.audio import features as sound
from processors.models.layout import Layout
from processors.video import features as picture
from schemas.faults import Category

LAYOUTS = {
    layout.category.value: layout
    for layout in (
        Layout(Category.VIDEO, picture.NAME, picture.SHAPE),
        Layout(Category.AUDIO, sound.NAME, sound.SHAPE),
    )
}
"""By category."""
