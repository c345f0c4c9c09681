"""Analyses as clients read them; names and shapes are kept for the clients of the original backend."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.analysis_state import NORMAL, AnalysisState, Stage
from api.ocorrencia_read import Moment, OcorrenciaRead, read
from schemas.names import analysis_of, stores
from schemas.ocorrencia import Ocorrencia
from schemas.severity import Severity

MB = 1 << 20


class PredictionRead(BaseModel):
    """What a whole file is taken for."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    name: str = Field(alias="class", description="type of its longest fault, `normal` without one")
    confidence: float = Field(description="0 to 1")


class ScoreRead(BaseModel):
    """What a model said of one class over the whole file; probabilities, 0 to 1."""

    highest: float = Field(examples=[0.98])
    mean: float = Field(examples=[0.31])


class FindingRead(BaseModel):
    """One fault, in seconds of the file's own timeline."""

    type: str = Field(examples=["freeze"])
    start_s: float = Field(examples=[12.4])
    end_s: float = Field(examples=[18.6])
    confidence: float = Field(examples=[0.97])
    severity: Severity = Field(examples=["Média (B)"])


class DebugRead(BaseModel):
    """What the answer rests on."""

    scores: dict[str, ScoreRead]
    models: dict[str, str] = Field(examples=[{"video": "picture", "audio": "sound"}])
    samples: dict[str, int] = Field(examples=[{"video": 100, "audio": 80}])


class UploadFaults(OcorrenciaRead):
    """Faults were found: the gravest one's fields, and all of them."""

    job_id: str = Field(examples=["5d0c6b0e0d9f4b1e9a536c1d1a2b3c4d"])
    filename: str = Field(examples=["reportagem.mp4"])
    ocorrencias: list[OcorrenciaRead]
    debug: DebugRead | None = None


class UploadClean(BaseModel):
    """No fault was found."""

    status: Literal["ok"] = "ok"
    message: str = Field(examples=["no fault was found"])
    prediction: PredictionRead
    job_id: str = Field(examples=["5d0c6b0e0d9f4b1e9a536c1d1a2b3c4d"])
    filename: str = Field(examples=["reportagem.mp4"])
    debug: DebugRead | None = None


class UploadQueued(BaseModel):
    """The file is larger than what is waited for: ask for ``/api/v1/analysis/{job_id}``."""

    status: Literal["queued"] = "queued"
    job_id: str = Field(examples=["5d0c6b0e0d9f4b1e9a536c1d1a2b3c4d"])
    message: str = Field(examples=["being analysed: see /api/v1/analysis/5d0c6b0e0d9f4b1e9a536c1d1a2b3c4d"])
    clip_url: str | None = Field(description="the file itself; none where it is not kept")
    size_mb: float = Field(examples=[812.4])
    duration_s: float = Field(examples=[3600.0])


class AnalysisRead(BaseModel):
    """How an analysis stands."""

    job_id: str = Field(examples=["5d0c6b0e0d9f4b1e9a536c1d1a2b3c4d"])
    status: Stage = Field(examples=["running"])
    percent: int = Field(description="0 to 100")
    filename: str = Field(examples=["reportagem.mp4"])
    size_mb: float = Field(examples=[812.4])
    duration_s: float = Field(examples=[3600.0])
    requested_at: Moment = Field(examples=["2026-11-22T03:12:05+00:00"])
    requested_by: str = Field(examples=["control room"])
    clip_url: str | None = None
    reason: str | None = Field(None, description="why it failed")
    prediction: PredictionRead | None = Field(None, description="once it is finished")
    findings: list[FindingRead] = []
    ocorrencias: list[OcorrenciaRead] = []


class AnalyzeRead(BaseModel):
    """What is found in a file of which nothing is stored."""

    status: Literal["ok"] = "ok"
    filename: str = Field(examples=["reportagem.mp4"])
    duration_s: float = Field(examples=[20.0])
    prediction: PredictionRead
    predictions: dict[str, float] = Field(
        description="by class, the highest probability of any sample; `normal`: one less the mean suspicion"
    )
    findings: list[FindingRead]
    debug: DebugRead | None = None


def job_id(state: AnalysisState) -> str:
    """Return the id of an analysis."""
    return analysis_of(state.requested.channel) or ""


def clip_url(state: AnalysisState) -> str | None:
    """Return where the file itself is served; None where it is not kept."""
    if not stores(state.requested.channel) or state.stage == "failed":
        return None
    return f"/api/v1/analysis/{job_id(state)}/file"


def faults_read(state: AnalysisState, rows: list[Ocorrencia], *, debug: bool) -> UploadFaults:
    """Return the answer to an upload with faults, of which there is at least one."""
    gravest = max(rows, key=lambda row: (row.severity.rank, row.duration_s, -row.id))
    return UploadFaults(
        **read(gravest).model_dump(),
        job_id=job_id(state),
        filename=state.requested.filename,
        ocorrencias=[read(row) for row in rows],
        debug=debug_read(state) if debug else None,
    )


def clean_read(state: AnalysisState, *, debug: bool) -> UploadClean:
    """Return the answer to an upload without faults."""
    return UploadClean(
        message="no fault was found",
        prediction=prediction_read(state),
        job_id=job_id(state),
        filename=state.requested.filename,
        debug=debug_read(state) if debug else None,
    )


def queued_read(state: AnalysisState) -> UploadQueued:
    """Return the answer to an upload that is not waited for."""
    requested = state.requested
    return UploadQueued(
        job_id=job_id(state),
        message=f"being analysed: see /api/v1/analysis/{job_id(state)}",
        clip_url=clip_url(state),
        size_mb=round(requested.size / MB, 3),
        duration_s=requested.contents.duration_s,
    )


def analysis_read(state: AnalysisState, rows: list[Ocorrencia]) -> AnalysisRead:
    """Return how an analysis stands, with those of its occurrences that are rows."""
    requested = state.requested
    return AnalysisRead(
        job_id=job_id(state),
        status=state.stage,
        percent=state.percent,
        filename=requested.filename,
        size_mb=round(requested.size / MB, 3),
        duration_s=requested.contents.duration_s,
        requested_at=requested.at,
        requested_by=requested.by,
        clip_url=clip_url(state),
        reason=state.reason,
        prediction=prediction_read(state) if state.stage == "finished" else None,
        findings=findings_read(state),
        ocorrencias=[read(row) for row in rows],
    )


def analyze_read(state: AnalysisState, *, debug: bool) -> AnalyzeRead:
    """Return the answer to a file of which nothing is stored."""
    scores = {
        name: score.highest for judged in state.judged.values() for name, score in judged.scores.items()
    }
    suspicion = max((judged.suspicion for judged in state.judged.values()), default=1.0)
    return AnalyzeRead(
        filename=state.requested.filename,
        duration_s=state.requested.contents.duration_s,
        prediction=prediction_read(state),
        predictions={**scores, NORMAL: round(1.0 - suspicion, 4)},
        findings=findings_read(state),
        debug=debug_read(state) if debug else None,
    )


def prediction_read(state: AnalysisState) -> PredictionRead:
    """Return what a whole file is taken for."""
    name, confidence = state.prediction
    return PredictionRead(name=name, confidence=confidence)


def findings_read(state: AnalysisState) -> list[FindingRead]:
    """Return the faults of a file."""
    return [
        FindingRead(
            type=each.type,
            start_s=each.start_s,
            end_s=each.end_s,
            confidence=each.confidence,
            severity=each.severity,
        )
        for each in state.found
    ]


def debug_read(state: AnalysisState) -> DebugRead:
    """Return what the models said."""
    return DebugRead(
        scores={
            name: ScoreRead(highest=score.highest, mean=score.mean)
            for judged in state.judged.values()
            for name, score in judged.scores.items()
        },
        models={kind: judged.model or "" for kind, judged in state.judged.items()},
        samples={kind: judged.samples for kind, judged in state.judged.items()},
    )
