"""Programmes made anew of rendered ones: more faults, and the old ones where they were."""

from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from tests.unit.training.small_media import RASTER, small_media
from tests.unit.training.test_examples import truth
from tests.unit.training.test_render import ENCODING
from training.picture.programme import Programme
from training.remix import remix
from training.render.encode import encode
from training.truth_file import Fault, Truth, read_truth, rendered, write_truth

OLD = Fault(type="bloco", start_s=3.0, end_s=4.0, detail="there before")


@pytest.fixture(scope="module")
def remixed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Truth]]:
    """Return three programmes made of one of 12 s."""
    clips, folder = tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("remixed")
    media = small_media(clips)
    programme = Programme(media, RASTER, [], np.random.default_rng(1), graphics=False)
    encode(programme.frames(300), ENCODING, folder / "base.ts")
    small = msgspec.structs.replace(truth((OLD,)), width=RASTER.width, height=RASTER.height, duration_s=12.0)
    write_truth(folder / "base.ts", small)
    remix(folder, media, 3, seed=4)
    return [(path, read_truth(path)) for path in rendered(folder) if path.stem.startswith("remix")]


def test_there_are_as_many_as_asked_for_each_as_long_as_it_says(remixed: list[tuple[Path, Truth]]) -> None:
    assert len(remixed) == 3
    for path, said in remixed:
        with av.open(str(path)) as container:
            count = sum(1 for _ in container.decode(video=0))
        assert count == round(said.duration_s * said.fps)


def test_the_old_fault_stays_and_no_new_one_touches_it(remixed: list[tuple[Path, Truth]]) -> None:
    for _, said in remixed:
        (old,) = [fault for fault in said.faults if fault.detail == OLD.detail]
        assert (old.start_s, old.end_s) == (OLD.start_s, OLD.end_s)
        others = [fault for fault in said.faults if fault != old]
        assert all(fault.end_s <= old.start_s or fault.start_s >= old.end_s for fault in others)


def test_there_are_new_faults(remixed: list[tuple[Path, Truth]]) -> None:
    assert any(len(said.faults) > 1 for _, said in remixed)
