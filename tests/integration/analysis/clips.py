"""Clips of every kind, made by ffmpeg from one synthetic programme with a black picture and a silence."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from infra.demo.programme import Fault, Programme

PROGRAMME = Programme(
    name="clips",
    title="Clips",
    duration_s=8.0,
    width=640,
    height=360,
    fps=25,
    seed=4404,
    sound="speech",
    faults=(Fault("fade", 1.6, 3.6), Fault("ausencia_audio", 4.8, 7.2)),
)
# Small pictures where the size is not what is tried: the encoders are most of the time.
SMALL = ("-vf", "scale=320:180")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50")
AAC = ("-c:a", "aac")
SOUND_ONLY = ("-vn",)


@dataclass(frozen=True)
class Clip:
    """How a clip is made from the programme."""

    name: str
    """Its file's, with the suffix that names the container."""
    options: tuple[str, ...]
    """Of ffmpeg, after the input."""
    before: tuple[str, ...] = ()
    """Of ffmpeg, before the input."""
    starts_s: float = 0.0
    """Programme time of the clip's first picture, or first sound without a picture."""
    picture: bool = True
    sound: bool = True


CLIPS = (
    Clip("h264_interlaced.ts", (*SMALL, *X264, "-flags", "+ildct+ilme", "-x264opts", "tff=1", *AAC)),
    Clip("h264_b_frames.mp4", (*SMALL, "-c:v", "libx264", "-preset", "veryfast", "-bf", "3", *AAC)),
    Clip("h264_open_gop.ts", (*SMALL, "-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "25",
                              "-x264opts", "open-gop=1", *AAC)),
    Clip("h264_10bit_422.mkv", (*SMALL, *X264, "-pix_fmt", "yuv422p10le", "-profile:v", "high422",
                                "-c:a", "flac")),
    Clip("h264_full_range.mp4", (*SMALL, *X264, "-pix_fmt", "yuvj420p", *AAC)),
    Clip("h264_elementary.h264", (*SMALL, *X264, "-an"), sound=False),
    Clip("hevc_10bit.mp4", (*SMALL, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                            "log-level=none", "-pix_fmt", "yuv420p10le", *AAC)),
    Clip("mpeg2_576i.ts", ("-vf", "scale=720:576,setsar=16/15", "-c:v", "mpeg2video", "-b:v", "4M",
                           "-bf", "2", "-flags", "+ildct+ilme", "-c:a", "mp2")),
    Clip("mpeg2_422.mxf", (*SMALL, "-c:v", "mpeg2video", "-pix_fmt", "yuv422p", "-b:v", "8M",
                           "-c:a", "pcm_s24le", "-ar", "48000")),
    Clip("mpeg2_51.vob", (*SMALL, "-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "ac3", "-ac", "6")),
    Clip("mpeg1.mpg", (*SMALL, "-c:v", "mpeg1video", "-b:v", "2M", "-c:a", "mp2")),
    Clip("mpeg4.avi", (*SMALL, "-c:v", "mpeg4", "-b:v", "2M", "-bf", "2", "-c:a", "libmp3lame")),
    Clip("motion_jpeg.avi", (*SMALL, "-c:v", "mjpeg", "-q:v", "4", "-c:a", "pcm_s16le")),
    Clip("prores.mov", (*SMALL, "-c:v", "prores", "-profile:v", "0", "-c:a", "pcm_s24le")),
    Clip("dv.dv", ("-vf", "scale=720:576", "-r", "25", "-pix_fmt", "yuv420p", "-c:v", "dvvideo",
                   "-c:a", "pcm_s16le", "-ar", "48000", "-ac", "2")),
    Clip("vp9.webm", (*SMALL, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k",
                      "-c:a", "libopus")),
    Clip("av1.mkv", (*SMALL, "-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1",
                     "-c:a", "libvorbis")),
    Clip("theora.ogv", (*SMALL, "-c:v", "libtheora", "-q:v", "5", "-c:a", "libvorbis")),
    Clip("windows.wmv", (*SMALL, "-c:v", "wmv2", "-b:v", "2M", "-c:a", "wmav2")),
    Clip("flash.flv", (*SMALL, *X264, "-bf", "0", *AAC)),
    Clip("film_240p.mp4", ("-vf", "scale=426:240", "-r", "24000/1001", *X264, *AAC, "-ac", "1")),
    Clip("60fps_720p.mp4", ("-vf", "scale=1280:720", "-r", "60", *X264, *AAC)),
    Clip("2160p.mp4", ("-t", "4.2", "-vf", "scale=3840:2160:flags=neighbor", "-r", "12.5", *X264, "-an"),
         sound=False),
    Clip("portrait.mp4", ("-vf", "scale=180:320,setsar=1", *X264, *AAC)),
    Clip("turned.mp4", (*SMALL, *X264, *AAC), before=("-display_rotation", "90")),
    Clip("variable_rate.mp4", ("-vf", r"scale=320:180,select=not(between(mod(n\,7)\,2\,4))",
                               "-fps_mode", "vfr", *X264, *AAC)),
    Clip("surround.mkv", (*SMALL, *X264, "-c:a", "eac3", "-ac", "6")),
    Clip("from_an_hour.ts", (*SMALL, *X264, *AAC, "-output_ts_offset", "3600")),
    # The 33 bits of the media clock (90 kHz) are used up 1.3 s into the clip.
    Clip("clock_wraps.ts", (*SMALL, *X264, *AAC, "-output_ts_offset", "95441")),
    # Cut without encoding: the picture goes on from the next key frame, the sound begins before it.
    Clip("sound_first.mp4", ("-c", "copy"), before=("-ss", "0.7"), starts_s=1.0),
    # What lies below zero is lost, the key frame too: what is left of the black is in pictures without their
    # reference, and is no second of black.
    Clip("begins_midway.mkv", ("-c", "copy", "-avoid_negative_ts", "disabled", "-output_ts_offset", "-1.2"),
         starts_s=1.4),
    Clip("no_sound.mp4", (*SMALL, *X264, "-an"), sound=False),
    Clip("no_picture.mp3", (*SOUND_ONLY, "-c:a", "libmp3lame"), picture=False),
    Clip("no_picture.wav", (*SOUND_ONLY, "-c:a", "pcm_s16le", "-ac", "1"), picture=False),
    Clip("no_picture.flac", (*SOUND_ONLY, "-c:a", "flac"), picture=False),
    Clip("no_picture.m4a", (*SOUND_ONLY, *AAC, "-ar", "44100"), picture=False),
    Clip("no_picture.ogg", (*SOUND_ONLY, "-c:a", "libopus"), picture=False),
)  # fmt: skip


def make(clip: Clip, programme: Path, folder: Path) -> Path:
    """Make a clip in a folder; ffmpeg's words are the message of what it raises."""
    target = folder / clip.name
    run(*clip.before, "-i", str(programme), *clip.options, str(target))
    return target


def run(*options: str) -> None:
    """Run ffmpeg in one thread."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", "-threads", "1"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ffmpeg {' '.join(options)}: {done.stderr.strip()}")
