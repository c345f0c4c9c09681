"""Waits are put down to the blow that lay in the way, and to none where there were several."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.envelope import Envelope, event_id
from schemas.events.media import SegmentRef
from schemas.events.ocorrencias import Fault, OcorrenciaOpened, Why
from schemas.severity import Severity
from tests.soak.harvest import Told
from tests.soak.knife import Struck
from tests.soak.stalls import SEVERAL, UNDISTURBED, Stall, stalls

DUE = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
SEGMENT = SegmentRef(
    channel="soak0",
    epoch="20261123T031200.000Z",
    seq=0,
    uri="media://soak0/e/00000000.ts",
    size=1,
    sha256="0" * 64,
    start=DUE - timedelta(seconds=1),
    start_pts=0,
    duration_s=1.0,
)
OPENED = OcorrenciaOpened(
    channel="soak0",
    uid="one",
    fault=Fault(
        type="fade",
        category="video",
        severity=Severity.LEVE,
        confidence=0.9,
        start_ts=DUE,
        end_ts=DUE,
        duration_s=0.0,
    ),
    why=Why(reason="test", onset_s=1.0, clear_s=1.0, segment=SEGMENT),
)


def blow(target: str, at_s: float, lasts_s: float = 0.0) -> Struck:
    at = DUE + timedelta(seconds=at_s)
    return Struck(at=at, until=at + timedelta(seconds=lasts_s), kind="stop", target=target)


def waited(came_s: float, *struck: Struck) -> Stall:
    envelope = Envelope(id=event_id(OPENED), type=OPENED.TYPE, source="test", time=DUE, event=OPENED)
    log = [Told(partition=0, offset=3, envelope=envelope, value=b"")]
    (found,) = stalls(log, {3: DUE + timedelta(seconds=came_s)}, struck)
    return found


@pytest.mark.parametrize(
    ("struck", "blamed"),
    [
        ([], UNDISTURBED),
        ([blow("video", 1.0)], "stop video"),
        ([blow("video", -30.0, lasts_s=25.0)], "stop video"),
        ([blow("video", -30.0)], UNDISTURBED),
        ([blow("video", 5.5)], UNDISTURBED),
        ([blow("api", 1.0), blow("postgres", 2.0)], UNDISTURBED),
        ([blow("video", 1.0), blow("kafka", 2.0)], SEVERAL),
    ],
    ids=["none", "within", "lasting", "long over", "too late", "not on the way", "two"],
)
def test_a_wait_is_put_down_to_the_one_blow_in_its_way(struck: list[Struck], blamed: str) -> None:
    assert waited(5.0, *struck) == Stall(blow=blamed, longest_s=5.0, median_s=5.0, events=1)
