"""What clients send of an occurrence; the names are kept for the clients of the original backend."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    model_validator,
)

from api.fields import LATEST, Blank, Duration, File, Name, Prose, Share, When
from api.stream_read import DEFAULT_CHANNEL
from schemas.events.ocorrencias import Changes, Evidence, Fault
from schemas.faults import FAULTS
from schemas.names import CHANNEL_PATTERN
from schemas.ocorrencia import Ocorrencia
from schemas.severity import Severity, severity_of


def _clip(name: str) -> str:
    bare = name.removeprefix("/").removeprefix("clips/")
    if "/" in bare or "\\" in bare or bare in ("", ".", ".."):
        raise ValueError("must be a file name or /clips/NAME")
    return bare


Clip = Annotated[File, AfterValidator(_clip)]


class EvidenceCreate(BaseModel):
    """What can be shown of it."""

    clip_path: Annotated[Clip | None, Blank()] = Field(
        None, description="file name under /clips, or /clips/NAME"
    )
    clip_duration_s: Duration | None = None
    thumbnail_path: Annotated[Clip | None, Blank()] = Field(
        None, description="file name under /clips, or /clips/NAME"
    )
    original_filename: Annotated[File | None, Blank()] = None
    event_window: tuple[FiniteFloat, FiniteFloat] | None = Field(
        None, description="start and end of the fault in seconds of the clip"
    )
    model: Annotated[Name | None, Blank()] = None
    human_description: Prose | None = None


class OcorrenciaCreate(BaseModel):
    """An occurrence to be entered by hand. One of ``end_ts`` and ``duration_s`` is enough."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "tv1",
                    "type": "fade",
                    "start_ts": "2026-11-22T03:12:00.400+00:00",
                    "duration_s": 7.5,
                    "human_description": "Tela preta na passagem para o intervalo",
                }
            ]
        }
    )

    start_ts: When
    end_ts: Annotated[When | None, Blank()] = None
    duration_s: Duration | None = None
    type: Name = Field(description="a fault type, or a word of one's own")
    category: Annotated[Name | None, Blank()] = Field(
        None, description="needed when the type is none of Horus's"
    )
    severity: Annotated[Severity | None, Blank()] = Field(None, description="default: by duration")
    confidence: Share | None = Field(None, description="default: 1, a person is certain")
    evidence: EvidenceCreate | None = None
    human_description: Prose | None = Field(None, description="as in `evidence`")
    channel: Annotated[str, StringConstraints(pattern=CHANNEL_PATTERN)] = DEFAULT_CHANNEL

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.end_ts is None and self.duration_s is None:
            raise ValueError("needs `end_ts` or `duration_s`")
        if self.end_ts is not None and self.end_ts < self.start_ts:
            raise ValueError("`end_ts` lies before `start_ts`")
        if self.ending() >= LATEST:
            raise ValueError("must end within the year 2100")
        if self.category is None and self.type not in FAULTS:
            raise ValueError(f"`category` is needed: {self.type!r} is none of {', '.join(FAULTS)}")
        return self

    def ending(self) -> datetime:
        """Return ``end_ts``, if need be from ``duration_s``."""
        return self.end_ts or self.start_ts + timedelta(seconds=self.duration_s or 0.0)

    def fault(self) -> Fault:
        """Return it as the log has it. What was given twice is taken as given."""
        duration_s = self.duration_s
        if duration_s is None:
            duration_s = (self.ending() - self.start_ts).total_seconds()
        return Fault(
            type=self.type,
            category=self.category or FAULTS[self.type].category.value,
            severity=self.severity or severity_of(duration_s),
            confidence=1.0 if self.confidence is None else self.confidence,
            start_ts=self.start_ts,
            end_ts=self.ending(),
            duration_s=duration_s,
        )

    def shown(self) -> Evidence:
        """Return the evidence as the log has it."""
        given = self.evidence or EvidenceCreate()
        return Evidence(
            clip_path=given.clip_path,
            clip_duration_s=given.clip_duration_s,
            thumbnail_path=given.thumbnail_path,
            original_filename=given.original_filename,
            event_window=given.event_window,
            model=given.model,
            human_description=self.human_description or given.human_description,
        )


class OcorrenciaPatch(BaseModel):
    """Any of these; what is missing or null stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"type": "freeze", "human_description": "Vinheta congelada"}]}
    )

    type: Name | None = None
    category: Name | None = None
    severity: Severity | None = Field(None, description="default: follows `duration_s`")
    confidence: Share | None = None
    duration_s: Duration | None = None
    human_description: Prose | None = Field(None, description="goes into the evidence; empty takes it away")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(value is None for value in self.model_dump().values()):
            raise ValueError(f"needs one of {', '.join(type(self).model_fields)}")
        return self

    def changes(self, state: Ocorrencia) -> Changes:
        """Return what this does to an occurrence. Raises ValueError for an end past the year 2100."""
        end_ts = None
        severity = self.severity
        if self.duration_s is not None:
            if state.start_ts >= LATEST - timedelta(seconds=self.duration_s):
                raise ValueError("duration_s: must end within the year 2100")
            end_ts = state.start_ts + timedelta(seconds=self.duration_s)
            severity = severity or severity_of(self.duration_s)
        return Changes(
            type=self.type,
            category=self.category,
            severity=severity,
            confidence=self.confidence,
            duration_s=self.duration_s,
            end_ts=end_ts,
            human_description=self.human_description,
        )


class AckCreate(BaseModel):
    """What is said at an acknowledgement; all of it may be left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Transmissor avisado"}]})

    comment: Prose | None = None
    name: Name | None = Field(
        None,
        validation_alias=AliasChoices("name", "by", "who"),
        description="who it is, at a console whose key several people share; kept beside the key's name",
    )
