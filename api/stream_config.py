"""How a channel is to be watched, as clients write and read it."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.fields import Share, storable
from api.ocorrencia_read import Moment
from api.stream_mutes import Line, MuteWrite, mute_of, mute_read
from api.stream_read import ChannelRead
from api.watched import Watched
from infra import clock
from infra.shown_url import shown_url
from schemas.events import StreamConfigured
from schemas.faults import FAULTS, SEM_SINAL

Fps = Annotated[float, Field(ge=0.2, le=25, allow_inf_nan=False)]
"""Samples a second; from one in five seconds to every frame of 25."""
# Settings of the installation have the same bounds (infra/settings/chosen.py).
Delay = Annotated[float, Field(ge=0.2, le=3600, allow_inf_nan=False)]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(storable)
]
Url = Annotated[str, StringConstraints(max_length=3500), AfterValidator(storable)]

# The scores of these are probabilities of a model; a lost signal is measured, and ends with the first media.
SCORED = frozenset(FAULTS) - {SEM_SINAL.name}
# More than anybody keeps in mind; each one is looked at for every sample.
MUTES_MAX, LABELS_MAX = 50, 32


def _of_faults(names: frozenset[str], given: list[str]) -> None:
    unknown = sorted(set(given) - names)
    if unknown:
        raise ValueError(f"{unknown[0][:40]!r} is none of {', '.join(sorted(names))}")


class RulesWrite(BaseModel):
    """What differs on one channel from the rules of the installation."""

    title: Line = Field("", description="name for people; the channel's own when empty")
    thresholds: dict[str, Share] = Field({}, description="score from which a fault type counts, by type")
    onsets: dict[str, Delay] = Field({}, description="seconds from which a fault counts, by type")
    clears: dict[str, Delay] = Field({}, description="seconds without a fault that end it, by type")
    mutes: list[MuteWrite] = Field([], max_length=MUTES_MAX, description="when nothing opens")
    labels: list[Words] = Field([], max_length=LABELS_MAX, description="words to group channels by")
    disabled: list[str] = Field(
        [], max_length=len(FAULTS), description="fault types that never open on this channel"
    )

    @model_validator(mode="after")
    def _of_known_faults(self) -> "RulesWrite":
        _of_faults(SCORED, list(self.thresholds))
        _of_faults(frozenset(FAULTS), list(self.onsets))
        _of_faults(SCORED, list(self.clears))
        _of_faults(frozenset(FAULTS), self.disabled)
        return self


class StreamWrite(RulesWrite):
    """How a channel is to be watched, whole: what is not said has its default."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "url": "srt://10.0.0.5:9000?passphrase=correct-horse",
                    "title": "Canal 1",
                    "fps": 5,
                    "thresholds": {"fade": 0.6},
                    "onsets": {"freeze": 3},
                    "mutes": [
                        {"days": ["mon"], "from": "02:00", "to": "05:00", "zone": "America/Sao_Paulo"},
                        {"from": "2026-12-24T01:00:00-03:00", "to": "2026-12-24T03:00:00-03:00"},
                    ],
                    "labels": ["main"],
                    "disabled": ["borrado"],
                }
            ]
        },
    )

    url: Url | None = Field(
        None,
        description="where the media comes from; left out, or as it is shown, it stays what it is",
    )
    fps: Fps = Field(5.0, description="samples a second to analyse")
    enabled: bool = Field(True, description="false: keep the rules and do not watch")


class StreamRead(RulesWrite):
    """How a channel is configured, and how it fares."""

    channel: str
    url: str = Field(description="where the media comes from, without what opens it")
    fps: float
    enabled: bool
    configured_at: Moment
    configured_by: str
    version: int = Field(description="for `If-Match`; grows with each change")
    status: ChannelRead


def configuration(channel: str, body: StreamWrite, url: str, by: str) -> StreamConfigured:
    """Return the event that says what a client wants of a channel."""
    return StreamConfigured(
        channel=channel,
        url=url,
        fps=body.fps,
        title="" if body.title == channel else body.title,
        enabled=body.enabled,
        thresholds=body.thresholds,
        onsets=body.onsets,
        clears=body.clears,
        mutes=tuple(mute_of(each) for each in body.mutes),
        labels=tuple(dict.fromkeys(body.labels)),
        disabled=tuple(dict.fromkeys(body.disabled)),
        configured_at=clock.now(),
        configured_by=by,
    )


def stream_read(watched: Watched, status: ChannelRead) -> StreamRead:
    """Return a channel as clients read it."""
    configured: StreamConfigured = watched.configured
    return StreamRead.model_construct(
        channel=configured.channel,
        title=configured.title or configured.channel,
        url=shown_url(configured.url),
        fps=configured.fps,
        enabled=configured.enabled,
        thresholds=configured.thresholds,
        onsets=configured.onsets,
        clears=configured.clears,
        mutes=[mute_read(mute) for mute in configured.mutes],
        labels=list(configured.labels),
        disabled=list(configured.disabled),
        configured_at=configured.configured_at,
        configured_by=configured.configured_by,
        version=watched.version,
        status=status,
    )
