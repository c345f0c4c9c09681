"""1080p25 television for the benchmarks: the demo's generator, scaled up, encoded as a broadcaster would."""

import subprocess
import tempfile
from pathlib import Path

from infra.demo.programme import Fault, Programme
from infra.demo.render import fingerprint, rendered

# Half a minute with three faults: in a minute eight channels give near a hundred alarms to time.
PROGRAMME = Programme(
    name="bench",
    title="Horus Bench",
    duration_s=30.0,
    width=640,
    height=360,
    fps=25,
    seed=3303,
    sound="speech",
    faults=(Fault("fade", 4.36, 7.44), Fault("freeze", 12.56, 16.88), Fault("ausencia_audio", 21.6, 25.2)),
)
# A usual contribution rate of HD H.264 over SRT.
BITRATE = "6M"


def television(ffmpeg: Path, folder: Path) -> Path:
    """Return a 1080p25 MPEG-TS file of `PROGRAMME`, GOP 1 s with B-frames, made once a folder."""
    small = rendered(PROGRAMME, folder)
    target = folder / f"bench-1080p25-{fingerprint(PROGRAMME)}.ts"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        unfinished = Path(scratch) / "unfinished.ts"
        subprocess.run(
            [
                str(ffmpeg), "-v", "error", "-nostdin", "-i", str(small),
                # Fresh noise at full size: scaled-up pictures alone would cost less to decode than real ones.
                "-vf", "scale=1920:1080,noise=alls=6:allf=t", "-c:v", "libx264", "-preset", "veryfast",
                "-b:v", BITRATE, "-maxrate", BITRATE, "-bufsize", BITRATE, "-g", "25", "-bf", "2",
                "-c:a", "copy", "-f", "mpegts", str(unfinished),
            ],
            check=True,
        )  # fmt: skip
        unfinished.replace(target)
    return target
