"""The read models in Postgres, as types; what the API may ask of them."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Index, Integer, MetaData, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from schemas import ocorrencia as contract
from schemas.events.ocorrencias import Evidence


class Table(DeclarativeBase):
    """A table that a projection fills."""

    metadata = MetaData()


class View(DeclarativeBase):
    """What readers ask: a view onto the version of a table that is live now, swapped by a rebuild."""

    metadata = MetaData()


class OcorrenciaColumns:
    """An occurrence after every event folded in so far; see `schemas.ocorrencia.Ocorrencia`."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Offset of the event that opened it."""
    uid: Mapped[str] = mapped_column(Text, unique=True)
    channel: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float]
    start_ts: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    end_ts: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    duration_s: Mapped[float]
    status: Mapped[str] = mapped_column(Text)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer)
    applied: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Ids of the events folded in."""
    last_offset: Mapped[int] = mapped_column(BigInteger)
    """Offset of the last event that changed the row."""
    offsets: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    """Where the applied events lie in the log; shorter for rows that are older than this column."""
    ack: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    first_ack_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    edited: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    deleted: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))

    def state(self) -> contract.Ocorrencia:
        """Return the occurrence. Raises msgspec.ValidationError when the row is none of this contract's."""
        return msgspec.convert(
            {
                **{name: getattr(self, name) for name in contract.Ocorrencia.__struct_fields__},
                "evidence": msgspec.convert(self.evidence, Evidence),
                "ack": msgspec.convert(self.ack, contract.Ack | None),
                "edited": msgspec.convert(self.edited, contract.Edit | None),
            },
            contract.Ocorrencia,
        )


class OcorrenciaV1(OcorrenciaColumns, Table):
    """Version 1 of the table; a later one is filled beside it and takes its place behind the view."""

    __tablename__ = "ocorrencias_v1"
    __table_args__ = (
        # The three questions of the operators' list: a channel's, a fault type's, a stretch of time's.
        Index("ocorrencias_v1_channel", "channel", "id"),
        Index("ocorrencias_v1_type", "type", "id"),
        Index("ocorrencias_v1_start_ts", "start_ts"),
    )


class Ocorrencia(OcorrenciaColumns, View):
    """The occurrences, to be read; without the deleted ones."""

    __tablename__ = "ocorrencias"


class OcorrenciaEver(OcorrenciaColumns, View):
    """Every occurrence there ever was: commands and the history ask for deleted ones too."""

    __tablename__ = "ocorrencias_ever"


class AuditColumns:
    """Somebody's command; see `projections.audit`."""

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """Of the event that tells of it: the same after every rebuild."""
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """UTC, by the clock of the API that took the command."""
    who: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    """``<subject>.<verb>``, e.g. ``ocorrencias.edit``."""
    target: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)


class AuditV1(AuditColumns, Table):
    """Version 1 of the table."""

    __tablename__ = "audit_v1"
    # The three questions: what happened then, what did he do, who did that.
    __table_args__ = (
        Index("audit_v1_at", "at", "id"),
        Index("audit_v1_who", "who", "at"),
        Index("audit_v1_action", "action", "at"),
    )


class Audit(AuditColumns, View):
    """Who did what, to be read."""

    __tablename__ = "audit"


class CoverageColumns:
    """One minute of a channel; see `projections.coverage_minute`. Bit k of a mask is its second k."""

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    minute: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    """UTC, its beginning."""
    picture: Mapped[int] = mapped_column(BigInteger)
    """Seconds recorded with a picture, a mask."""
    sound: Mapped[int] = mapped_column(BigInteger)
    """Seconds recorded with sound, a mask."""
    video: Mapped[int] = mapped_column(BigInteger)
    """Seconds whose picture was measured, a mask."""
    audio: Mapped[int] = mapped_column(BigInteger)
    """Seconds whose sound was measured, a mask."""
    trouble: Mapped[int] = mapped_column(BigInteger)
    """Seconds in which the ingest waited for a signal, a mask."""
    healthy_s: Mapped[int] = mapped_column(SmallInteger)
    """Measured, picture and sound where both were recorded, and no fault covers them."""
    faulty_s: Mapped[int] = mapped_column(SmallInteger)
    """Covered by a fault while somebody watched."""
    faults: Mapped[dict[str, int]] = mapped_column(JSONB)
    """Seconds by fault type; a second may have several."""
    observed_video_s: Mapped[int] = mapped_column(SmallInteger)
    observed_audio_s: Mapped[int] = mapped_column(SmallInteger)
    first_s: Mapped[int | None] = mapped_column(SmallInteger)
    """The first second that was healthy or faulty; null without any, as are the next three."""
    last_s: Mapped[int | None] = mapped_column(SmallInteger)
    hole_s: Mapped[int | None] = mapped_column(SmallInteger)
    """Length of the longest stretch between those two that was neither."""
    hole_at_s: Mapped[int | None] = mapped_column(SmallInteger)
    """The first second of that stretch; that of `first_s` where there is none."""


class CoverageV1(CoverageColumns, Table):
    """Version 1 of the table."""

    __tablename__ = "coverage_v1"
    # How far the table tells of any channel.
    __table_args__ = (Index("coverage_v1_minute", "minute"),)


class Coverage(CoverageColumns, View):
    """Minutes of channels, to be read. A minute without a row was not observed at all."""

    __tablename__ = "coverage"


class CoverageOffColumns:
    """A stretch in which a channel was stopped on purpose; see `projections.coverage_off`."""

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Null while it is."""


class CoverageOffV1(CoverageOffColumns, Table):
    """Version 1 of the table."""

    __tablename__ = "coverage_off_v1"


class CoverageOff(CoverageOffColumns, View):
    """When channels were stopped, to be read."""

    __tablename__ = "coverage_off"


class CoverageFaultV1(Table):
    """Occurrences as coverage knows them; nobody else reads this."""

    __tablename__ = "coverage_faults_v1"
    __table_args__ = (Index("coverage_faults_v1_channel", "channel", "end_s"),)

    uid: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    first_s: Mapped[int | None] = mapped_column(BigInteger)
    """First second since 1970 that it covers; null once it is deleted, as is the next one."""
    end_s: Mapped[int | None] = mapped_column(BigInteger)
    """The second after its last one."""
    state: Mapped[str] = mapped_column(Text)
    """`schemas.ocorrencia.Ocorrencia` as JSON."""


class StatisticsColumns:
    """Occurrences that began in one hour, in figures; see `projections.statistics_figures`."""

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text, primary_key=True)
    severity: Mapped[str] = mapped_column(Text, primary_key=True)
    hour: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    """UTC, its beginning."""
    opened: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    acked: Mapped[int] = mapped_column(BigInteger)
    """How many of them were acknowledged at least once."""
    ack_wait_ms: Mapped[int] = mapped_column(BigInteger)
    """From the alarm to its first acknowledgement, in all."""


class StatisticsV1(StatisticsColumns, Table):
    """Version 1 of the table."""

    __tablename__ = "statistics_v1"
    __table_args__ = (Index("statistics_v1_hour", "hour"),)


class Statistics(StatisticsColumns, View):
    """Occurrences in figures, to be read."""

    __tablename__ = "statistics"


class StatisticsOcorrenciaV1(Table):
    """Occurrences as the figures know them; nobody else reads this."""

    __tablename__ = "statistics_ocorrencias_v1"

    uid: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    """`schemas.ocorrencia.Ocorrencia` as JSON."""


class ProjectionOffset(Table):
    """How far a projection has read a partition; moves in the transaction that writes its rows."""

    __tablename__ = "projection_offsets"

    projection: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    topic: Mapped[str] = mapped_column(Text, primary_key=True)
    partition: Mapped[int] = mapped_column(Integer, primary_key=True)
    next_offset: Mapped[int] = mapped_column(BigInteger)
