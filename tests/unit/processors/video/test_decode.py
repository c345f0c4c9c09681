"""Which frames are decoded."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from infra.media_file import open_media
from processors.video.decode import Decoding, decode_frames

Encode = Callable[..., Path]


def test_only_reference_frames_are_decoded(encode: Encode, moving: NDArray[np.uint8]) -> None:
    tally = Decoding()
    with open_media(encode(moving, "-x264-params", "bframes=3:b-adapt=0:b-pyramid=none")) as container:
        times = [frame.time for frame in decode_frames(container, tally)]
    assert tally.failed == 0
    assert len(moving) // 5 <= tally.decoded == len(times) < len(moving) // 2


def test_lost_transport_packets_count_as_damage(
    encode: Encode, moving: NDArray[np.uint8], tmp_path: Path
) -> None:
    whole = encode(moving).read_bytes()
    packets = [whole[at : at + 188] for at in range(0, len(whole), 188)]
    lossy = tmp_path / "lossy.ts"
    lossy.write_bytes(b"".join(packet for index, packet in enumerate(packets) if index % 50 != 49))
    tally = Decoding()
    with open_media(lossy) as container:
        assert list(decode_frames(container, tally))
    assert tally.damaged > 5
