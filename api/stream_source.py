"""From what a client asks for to the address that a channel is watched at, or a refusal with its reason."""

import re
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import msgspec
import structlog
from fastapi import HTTPException

from infra.host_policy import HostRefused, HostUnknown
from infra.seal_key import BadSealKey, key_to_seal
from infra.sealed_url import seal
from infra.settings import Settings
from infra.shown_url import shown_url
from infra.source_url import CAPTURE, BadSource, admitted, check

log = structlog.get_logger()

SYSFS = Path("/sys/class/video4linux")
# A resolver that takes longer than this tells nothing that a person waits for: the ingest asks again anyway.
LOOKUP_S = 3.0
# Resolvers that hang must not take the threads of other routes.
_lookups = anyio.CapacityLimiter(8)


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A capture device of this machine."""

    name: str
    value: str
    """``/dev/videoN``."""
    type: str = "v4l2"


def devices(sysfs: Path = SYSFS) -> tuple[Device, ...]:
    """Return the capture devices of Video4Linux, by number; none where the machine has no such thing."""
    found = []
    for folder in sorted(sysfs.glob("video*"), key=lambda each: (len(each.name), each.name)):
        value = f"/dev/{folder.name}"
        # A camera has further nodes that carry no picture (metadata): those are not its first.
        if CAPTURE.fullmatch(value) and _word(folder / "index") in ("", "0"):
            found.append(Device(name=_word(folder / "name") or folder.name, value=value))
    return tuple(found)


def _word(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


async def source_of(url: str, settings: Settings) -> str:
    """Return an address in the form in which it is kept. Raises HTTPException 422 for one that is not taken:
    a form that is none, a host or a file that is not allowed, a device that is not there.

    A name that has no address now is taken: the ingest asks again before each attempt, and says so.
    """
    try:
        checked = check(url)
        parts = urlsplit(checked)
        if parts.scheme == "v4l2":
            return capture(parts.path)
        if parts.scheme == "file" and settings.stream_files is None:
            raise BadSource(
                "file: files are watched out of the folders of HORUS_STREAM_FILES, which is not set; "
                "`horus channels add` on the machine itself takes any"
            )
        judge = partial(admitted, checked, settings.stream_policy, settings.stream_files)
        with anyio.fail_after(LOOKUP_S):
            opened = await anyio.to_thread.run_sync(judge, abandon_on_cancel=True, limiter=_lookups)
        # A link is followed once: what is kept is the file itself.
        return opened if parts.scheme == "file" else checked
    except (BadSource, HostRefused) as error:
        raise HTTPException(422, str(error)) from error
    except (HostUnknown, TimeoutError):
        log.warning("no address yet", url=shown_url(url))
        return checked


def sealed(settings: Settings, url: str) -> str:
    """Return an address as the log may hold it. Raises HTTPException 503 when there is no key to seal it
    with: in plain it would be read by all who read the log."""
    try:
        return seal(url, partial(key_to_seal, settings))
    except (BadSealKey, OSError) as error:
        log.error("an address cannot be sealed", why=str(error))
        told = "its key cannot be kept" if isinstance(error, OSError) else str(error)
        raise HTTPException(503, f"the address cannot be sealed for the log: {told}") from error


def capture(device: str | None, sysfs: Path = SYSFS) -> str:
    """Return the address of a capture device: the one named (``/dev/video0``, ``video0`` or ``0``), else the
    first. Raises HTTPException 422 when there is none such on this machine."""
    there = [each.value for each in devices(sysfs)]
    if not there:
        raise HTTPException(422, "this machine has no capture device (v4l2)")
    if not device:
        return f"v4l2://{there[0]}"
    number = re.fullmatch(r"(?:/dev/)?(?:video)?([0-9]{1,3})", device)
    wanted = f"/dev/video{int(number[1])}" if number is not None else ""
    if wanted not in there:
        raise HTTPException(422, f"there is no such capture device here; there are: {', '.join(there)}")
    return f"v4l2://{wanted}"
