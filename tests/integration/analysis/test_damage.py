"""Claims about damaged and odd files: what decodes is judged, and nothing raises."""

import random
from pathlib import Path

import pytest

from infra.media_file import MediaRefused
from tests.integration.analysis.clips import AAC, SMALL, X264, run
from tests.integration.analysis.conftest import Analyse

PACKET = 188  # bytes of a transport packet (ISO/IEC 13818-1)
PICTURE_PID = 0x100  # ffmpeg's first stream
SEED = 20261122


@pytest.fixture(scope="session")
def transport(programme: Path) -> bytes:
    """The programme's transport packets."""
    return programme.read_bytes()


def types(found: object) -> list[str]:
    return [each.type for each in found]  # type: ignore[attr-defined]


def test_flipped_bytes_cost_no_fault(transport: bytes, tmp_path: Path, analyse: Analyse) -> None:
    chance, damaged = random.Random(SEED), bytearray(transport)
    for _ in range(100):
        damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
    file = tmp_path / "flipped.ts"
    file.write_bytes(damaged)
    analysis = analyse(file)
    assert {"fade", "ausencia_audio"} <= set(types(analysis.findings()))
    assert analysis.health.frames_failed > 0


def test_lost_packets_cost_no_fault(transport: bytes, tmp_path: Path, analyse: Analyse) -> None:
    chance = random.Random(SEED)
    packets = [transport[at : at + PACKET] for at in range(0, len(transport), PACKET)]
    file = tmp_path / "lost.ts"
    file.write_bytes(b"".join(packet for packet in packets if chance.random() > 0.01))
    assert {"fade", "ausencia_audio"} <= set(types(analyse(file).findings()))


def test_file_cut_short_is_judged_up_to_there(transport: bytes, tmp_path: Path, analyse: Analyse) -> None:
    file = tmp_path / "cut.ts"
    file.write_bytes(transport[: len(transport) * 6 // 10 + 77])
    assert "fade" in types(analyse(file).findings())


def test_picture_that_never_decodes_is_a_lost_signal(
    transport: bytes, tmp_path: Path, analyse: Analyse
) -> None:
    file = tmp_path / "garbled.ts"
    file.write_bytes(garbled(transport))
    analysis = analyse(file)
    (finding,) = analysis.findings()
    assert finding.type == "sem_sinal"
    assert finding.start_s == 0.0
    assert finding.end_s == pytest.approx(8.0, abs=0.2)
    assert analysis.health.blind


def test_recordings_end_to_end_are_one_timeline(transport: bytes, tmp_path: Path, analyse: Analyse) -> None:
    file = tmp_path / "twice.ts"
    file.write_bytes(transport * 2)
    first, second = (each for each in analyse(file).findings() if each.type == "fade")
    assert second.start_s - first.start_s == pytest.approx(8.0, abs=0.4)


def test_index_that_is_cut_off_is_refused(programme: Path, tmp_path: Path, analyse: Analyse) -> None:
    whole, file = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    run("-i", str(programme), "-c", "copy", str(whole))
    file.write_bytes(whole.read_bytes()[:100_000])
    with pytest.raises(MediaRefused, match="cut off"):
        analyse(file)


def test_cover_of_a_song_is_no_picture(programme: Path, tmp_path: Path, analyse: Analyse) -> None:
    cover, file = tmp_path / "cover.png", tmp_path / "song.mp3"
    run("-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1", str(cover))
    run(
        *("-i", str(programme), "-i", str(cover), "-map", "0:a", "-map", "1:v"),
        *("-c:a", "libmp3lame", "-c:v", "copy", "-disposition:v", "attached_pic", str(file)),
    )
    analysis = analyse(file)
    assert not analysis.contents.has_picture
    assert "ausencia_audio" in types(analysis.findings())


@pytest.mark.parametrize(("track", "silent"), [(None, True), (1, False), (2, True)])
def test_default_sound_track_is_judged_unless_another_is_asked_for(
    track: int | None, silent: bool, programme: Path, tmp_path: Path, analyse: Analyse
) -> None:
    file = tmp_path / "tracks.mkv"
    # The first is loud all through; the second is the programme's, and the default one.
    run(
        *("-i", str(programme), "-f", "lavfi", "-i", "anoisesrc=amplitude=0.1:duration=8"),
        *("-map", "0:v", "-map", "1:a", "-map", "0:a", *SMALL, *X264, *AAC),
        *("-disposition:a:0", "0", "-disposition:a:1", "default", str(file)),
    )
    found = types(analyse(file, track=track, types=["ausencia_audio"]).findings())
    assert ("ausencia_audio" in found) is silent


def test_track_that_is_not_there_is_refused(programme: Path, analyse: Analyse) -> None:
    with pytest.raises(MediaRefused, match="no sound track 2; it has 1"):
        analyse(programme, track=2)


def garbled(transport: bytes) -> bytes:
    """Return a stream whose picture is noise from behind the head of each of its packets."""
    chance, out = random.Random(SEED), bytearray()
    for at in range(0, len(transport), PACKET):
        packet = transport[at : at + PACKET]
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        starts = bool(packet[1] & 0x40)
        if pid == PICTURE_PID:
            # The head of a PES packet with its time stamps stays, and so does an adaptation field.
            keep = 60 if starts else 5 + packet[4] if packet[3] & 0x20 else 4
            packet = packet[:keep] + chance.randbytes(PACKET - keep)
        out += packet
    return bytes(out)
