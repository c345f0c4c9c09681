"""Mutes as clients write and read them."""

from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    StringConstraints,
    Tag,
    model_validator,
)

from api.fields import When, storable
from infra import clock
from schemas.events.streams import Day, Mute, MuteOnce, MuteWeekly

Line = Annotated[str, StringConstraints(max_length=120), AfterValidator(storable)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$")]
Stamp = Annotated[When, PlainSerializer(clock.iso, return_type=str, when_used="json")]


class OnceWrite(BaseModel):
    """One stretch of time, such as announced maintenance."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    kind: Literal["once"] = "once"
    start: Stamp = Field(alias="from", examples=["2026-12-24T01:00:00-03:00"])
    end: Stamp = Field(alias="to", examples=["2026-12-24T03:00:00-03:00"])
    reason: Line = ""

    @model_validator(mode="after")
    def _in_order(self) -> "OnceWrite":
        if self.start >= self.end:
            raise ValueError("a mute must end after it begins")
        return self


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be the IANA name of a time zone, such as America/Sao_Paulo")
    return name


class WeeklyWrite(BaseModel):
    """A stretch of some days of each week; over midnight when ``to`` is not after ``from``."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    kind: Literal["weekly"] = "weekly"
    days: list[Day] = Field(min_length=1, max_length=7, description="days on which it begins")
    start: TimeOfDay = Field(alias="from", description="by the clocks of the zone", examples=["23:30"])
    end: TimeOfDay = Field(alias="to", examples=["05:00"])
    zone: Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)] = Field(
        examples=["America/Sao_Paulo"]
    )
    reason: Line = ""


def _kind(value: Any) -> str:
    if isinstance(value, OnceWrite | WeeklyWrite):
        return value.kind
    given = value if isinstance(value, dict) else {}
    return "weekly" if given.get("kind", "weekly" if "days" in given else "once") == "weekly" else "once"


MuteWrite = Annotated[
    Annotated[OnceWrite, Tag("once")] | Annotated[WeeklyWrite, Tag("weekly")], Discriminator(_kind)
]


def mute_of(written: OnceWrite | WeeklyWrite) -> Mute:
    """Return a mute as the log has it."""
    if isinstance(written, OnceWrite):
        return MuteOnce(start=written.start, end=written.end, reason=written.reason)
    return MuteWeekly(
        days=tuple(dict.fromkeys(written.days)),
        start=written.start,
        end=written.end,
        zone=written.zone,
        reason=written.reason,
    )


def mute_read(mute: Mute) -> OnceWrite | WeeklyWrite:
    """Return a mute as clients read it, whoever wrote it: shown as it is, not judged again."""
    if isinstance(mute, MuteOnce):
        return OnceWrite.model_construct(kind="once", start=mute.start, end=mute.end, reason=mute.reason)
    return WeeklyWrite.model_construct(
        kind="weekly",
        days=list(mute.days),
        start=mute.start,
        end=mute.end,
        zone=mute.zone,
        reason=mute.reason,
    )
