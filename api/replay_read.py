"""Replays as clients ask for them and read them."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from api.fields import When, storable
from api.ocorrencia_read import Moment, with_offset
from infra.own_topic import TOPIC_PATTERN, name_complaint
from schemas.names import CHANNEL_PATTERN, analysis_of
from schemas.severity import Severity

WINDOW_MAX = timedelta(days=7)
"""A week of one channel takes a minute or two; longer ones are cut into several, or asked of the command."""
CHANNELS_MAX, SETS_MAX = 1000, 100
DIFFERENCES_MAX = 1000
"""In one answer; the totals count all."""

Asked = Annotated[When, PlainSerializer(with_offset, return_type=str, when_used="json")]
Verdict = Literal["same", "new", "lost", "shifted", "regraded"]
ReplayState = Literal["running", "done", "failed", "cancelled"]


def _live(name: str) -> str:
    if analysis_of(name) is not None:
        raise ValueError("is the channel of an analysed file, which is not replayed")
    return name


def _own(name: str) -> str:
    complaint = name_complaint(name)
    if complaint is not None:
        raise ValueError(complaint)
    return name


Channel = Annotated[str, StringConstraints(pattern=CHANNEL_PATTERN), AfterValidator(_live)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(storable)]


class ReplayWrite(BaseModel):
    """What is to be decided again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "since": "2026-11-22T03:00:00-03:00",
                    "until": "2026-11-22T04:00:00-03:00",
                    "channels": ["tv1"],
                    "set": {"VIDEO_THRESH_FADE": "0.6"},
                }
            ]
        },
    )

    since: Asked = Field(description="begin of the window")
    until: Asked = Field(description="its end, at most seven days later")
    channels: list[Channel] = Field([], max_length=CHANNELS_MAX, description="none: all channels")
    set: dict[Value, Value] = Field(
        {},
        max_length=SETS_MAX,
        description="settings for this replay only, as `horus replay --set` takes them",
    )
    model: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")] | None = Field(
        None, description="measure again with this installed model: the name of its file without `.tflite`"
    )
    publish: Annotated[str, StringConstraints(pattern=TOPIC_PATTERN), AfterValidator(_own)] | None = Field(
        None, description="write the result to a new topic of this name"
    )

    @model_validator(mode="after")
    def _in_order(self) -> "ReplayWrite":
        if self.since >= self.until:
            raise ValueError("since must be before until")
        if self.until - self.since > WINDOW_MAX:
            raise ValueError(f"a window is at most {WINDOW_MAX.days} days long: ask for several replays")
        return self


class ToldRead(BaseModel):
    """An occurrence as it was told."""

    uid: str
    start: Moment
    end: Moment
    severity: Severity
    confidence: float
    closed: bool = Field(description="false: it goes on behind what was read")
    id: int | None = Field(description="its id under `/api/v1/ocorrencias`, in the log")
    start_unknown: bool = Field(description="it was on when the reading began")


class DifferenceRead(BaseModel):
    """What became of one occurrence."""

    verdict: Verdict
    channel: str
    type: str
    was: ToldRead | None = Field(description="in the log")
    now: ToldRead | None = Field(description="in the replay")
    start_shift_s: float | None = Field(description="how much later it begins in the replay")
    end_shift_s: float | None = Field(description="how much later it ends")
    link: str = Field(
        description="pictures of the moment: an HLS playlist here, as long as the media is kept"
    )


class CountsRead(BaseModel):
    """How many of each verdict."""

    same: int
    new: int
    lost: int
    shifted: int
    regraded: int


class ResultRead(BaseModel):
    """What a replay has found."""

    since: Moment
    until: Moment
    channels: list[str] = Field(description="of which anything was read")
    settings: dict[str, str] = Field(description="what was changed for this replay")
    model: str | None
    totals: CountsRead
    by_type: dict[str, CountsRead]
    by_channel: dict[str, CountsRead]
    differences: list[DifferenceRead] = Field(description=f"all but the same, at most {DIFFERENCES_MAX}")
    truncated: bool = Field(description="there are more differences than these")
    notes: list[str] = Field(description="what to know of what could not be known")
    segments: int
    samples: int
    measured_again: int
    missing: int
    published: int
    took_s: float


class ReplayRead(BaseModel):
    """How a replay stands."""

    id: str
    state: ReplayState
    progress: float = Field(description="share that is done, 0 to 1")
    asked: ReplayWrite
    by: str = Field(description="name of the key that asked")
    started_at: Moment
    ended_at: Moment | None
    error: str | None = Field(description="why it failed")
    result: ResultRead | None
