"""What is true of each sample of a programme."""

import numpy as np

from training.examples import CLASSES, label
from training.truth_file import Fault, Truth, Unclear

TIMES = np.arange(100) / 5


def truth(faults: tuple[Fault, ...], unclear: tuple[Unclear, ...] = ()) -> Truth:
    return Truth(
        duration_s=20.0,
        split="train",
        seed=1,
        sources=(),
        has_picture=True,
        has_sound=False,
        width=640,
        height=360,
        fps=25.0,
        video_codec="libx264",
        bitrate_kbps=1500,
        gop=25,
        graphics=(),
        faults=faults,
        unclear=unclear,
    )


def fault(name: str, start_s: float, end_s: float) -> Fault:
    return Fault(type=name, start_s=start_s, end_s=end_s, detail="")


def test_samples_within_a_fault_are_of_its_class_alone() -> None:
    labels, _ = label(truth((fault("borrado", 5.1, 9.1),)), TIMES)
    column = CLASSES.index("borrado")
    np.testing.assert_array_equal(np.flatnonzero(labels[:, column]), np.arange(26, 46))
    assert labels.sum() == 20


def test_a_sample_at_an_edge_has_no_truth() -> None:
    _, weights = label(truth((fault("bloco", 5.0, 9.1),)), TIMES)
    column = CLASSES.index("bloco")
    np.testing.assert_array_equal(np.flatnonzero(weights[:, column] == 0), [25])
    assert (np.delete(weights, column, axis=1) == 1).all()


def test_what_black_hides_has_no_truth() -> None:
    labels, weights = label(truth((fault("fade", 5.1, 9.1),)), TIMES)
    inside = labels[:, CLASSES.index("fade")] == 1
    hidden = [CLASSES.index(name) for name in ("freeze", "borrado", "bloco")]
    assert (weights[inside][:, hidden] == 0).all()
    assert (weights[inside][:, CLASSES.index("barras")] == 1).all()
    assert (weights[~inside] == 1).all()


def test_the_unclear_has_no_truth_for_its_types() -> None:
    doubt = Unclear(start_s=3.1, end_s=4.1, types=("freeze", "ausencia_audio"))
    _, weights = label(truth((), (doubt,)), TIMES)
    assert (weights[:, CLASSES.index("freeze")] == 0).sum() == 5
    assert weights.sum() == weights.size - 5


def test_a_fault_of_sound_is_none_of_the_picture() -> None:
    labels, weights = label(truth((fault("ruido_hiss", 5.0, 9.0),)), TIMES)
    assert not labels.any()
    assert (weights == 1).all()
