"""Looking at Horus as a viewer would: which channels run, and whether there is a picture to see."""

from datetime import datetime

import httpx
import msgspec

TIMEOUT_S = 3.0
DATE = "#EXT-X-PROGRAM-DATE-TIME:"


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo reads of a channel's status."""

    channel: str
    state: str
    since: datetime | None = None


class Streams(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo reads of GET /api/v1/streams/status."""

    channels: list[Watched]


class Viewer:
    """Asks the API; while it is away, nothing runs and nothing is to be seen."""

    def __init__(self, url: str, key: str) -> None:
        """Ask the API at ``url`` with a key."""
        self._client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_S, trust_env=False
        )

    def running(self, after: datetime) -> set[str]:
        """Return the channels whose media comes in, since ``after``: an earlier demo does not count."""
        try:
            answer = self._client.get("/api/v1/streams/status")
        except httpx.HTTPError:
            return set()
        if answer.status_code != httpx.codes.OK:
            return set()
        streams = msgspec.json.decode(answer.content, type=Streams)
        return {
            each.channel
            for each in streams.channels
            if each.state == "running" and each.since is not None and each.since >= after
        }

    def has_picture(self, channel: str, after: datetime) -> bool:
        """Tell whether a player has something to play: a playlist with a segment of after then to be had."""
        try:
            playlist = self._client.get(f"/hls/{channel}/stream.m3u8")
            if playlist.status_code != httpx.codes.OK:
                return False
            named = [line for line in playlist.text.splitlines() if line and not line.startswith("#")]
            dates = [line.removeprefix(DATE) for line in playlist.text.splitlines() if line.startswith(DATE)]
            if not named or not dates or datetime.fromisoformat(dates[-1]) < after:
                return False
            address = playlist.url.join(named[-1])
            return self._client.get(address).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
