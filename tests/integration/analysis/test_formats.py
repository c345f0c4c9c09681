"""Claims about formats: each is analysed, and a fault is told at its time of the file's own timeline."""

from pathlib import Path

import pytest

from processors.analysis.finding import Finding
from tests.integration.analysis.clips import CLIPS, PROGRAMME, Clip, make
from tests.integration.analysis.conftest import Analyse

# Samples lie 0.2 s (picture) and 0.25 s (sound) apart; the synthetic speech leaves some air about a silence.
WITHIN_S = {"fade": 0.3, "ausencia_audio": 0.6}


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_fault_is_told_at_its_time_in(clip: Clip, programme: Path, tmp_path: Path, analyse: Analyse) -> None:
    found = list(analyse(make(clip, programme, tmp_path)).findings())
    if clip.picture:
        check(found, "fade", clip)
    if clip.sound:
        check(found, "ausencia_audio", clip)


def check(found: list[Finding], fault_type: str, clip: Clip) -> None:
    """Fail unless just one fault of a type was found, at its time."""
    (fault,) = (fault for fault in PROGRAMME.faults if fault.type == fault_type)
    (finding,) = (each for each in found if each.type == fault_type)
    off = (finding.start_s - fault.start_s + clip.starts_s, finding.end_s - fault.end_s + clip.starts_s)
    assert max(map(abs, off)) <= WITHIN_S[fault_type], f"{fault_type} is off by {off} s"
