"""An analysis as the API knows it, from the log alone; repeats and late words change nothing."""

from datetime import UTC, datetime

from api.analysis_read import analysis_read, analyze_read, queued_read
from api.analysis_state import AnalysisState, folded
from schemas.events import (
    AnalysisFailed,
    AnalysisFinished,
    AnalysisProgressed,
    AnalysisRequested,
    Event,
)
from schemas.events.analyses import Contents, Found, Judged, Score
from schemas.names import analysis_channel
from schemas.severity import Severity

T0 = datetime(2026, 11, 23, 1, tzinfo=UTC)
CHANNEL = analysis_channel("a" * 32)
REQUESTED = AnalysisRequested(
    channel=CHANNEL,
    at=T0,
    uri=f"media://{CHANNEL}/original",
    filename="clip.mp4",
    size=3 << 20,
    contents=Contents(format="mov", duration_s=90.5, video="h264"),
    fps=5.0,
    by="ana",
)


def state_after(*events: Event) -> AnalysisState:
    state: AnalysisState | None = None
    for event in events:
        state = folded(state, event)
    assert state is not None
    return state


def progressed(percent: int) -> AnalysisProgressed:
    return AnalysisProgressed(channel=CHANNEL, at=T0, percent=percent)


def found(fault: str, start_s: float, end_s: float) -> Found:
    return Found(
        uid=f"{fault}-{start_s}",
        type=fault,
        start_s=start_s,
        end_s=end_s,
        confidence=0.9,
        severity=Severity.LEVE,
    )


FINISHED = AnalysisFinished(
    channel=CHANNEL,
    at=T0,
    judged={
        "video": Judged(
            found=(found("fade", 10, 12), found("freeze", 40, 49)),
            scores={"fade": Score(highest=0.99, mean=0.2)},
            suspicion=0.3,
            samples=450,
            model="picture",
        ),
        "audio": Judged(found=(found("ruido_hiss", 2, 4),), suspicion=0.1, samples=360, model="sound"),
    },
)


def test_progress_never_goes_back_when_a_killed_worker_begins_anew() -> None:
    state = state_after(REQUESTED, progressed(10), progressed(60), progressed(5))

    assert (state.stage, state.percent) == ("running", 60)


def test_nothing_is_known_before_the_request() -> None:
    assert folded(None, progressed(5)) is None


def test_faults_are_told_in_the_order_of_their_start_and_the_longest_names_the_file() -> None:
    state = state_after(REQUESTED, FINISHED)

    assert [each.type for each in state.found] == ["ruido_hiss", "fade", "freeze"]
    assert state.prediction == ("freeze", 0.9)


def test_file_without_faults_is_normal_as_surely_as_nothing_was_suspected() -> None:
    clean = AnalysisFinished(
        channel=CHANNEL, at=T0, judged={"video": Judged(suspicion=0.3), "audio": Judged(suspicion=0.1)}
    )

    assert state_after(REQUESTED, clean).prediction == ("normal", 0.7)


def test_what_comes_after_the_end_changes_nothing() -> None:
    failed = AnalysisFailed(channel=CHANNEL, at=T0, reason="nothing in it")
    state = state_after(REQUESTED, failed, progressed(99), FINISHED)

    assert (state.stage, state.reason) == ("failed", "nothing in it")


def test_queued_answer_has_the_fields_of_the_original_backend() -> None:
    assert queued_read(state_after(REQUESTED)).model_dump() == {
        "status": "queued",
        "job_id": "a" * 32,
        "message": f"being analysed: see /api/v1/analysis/{'a' * 32}",
        "clip_url": f"/api/v1/analysis/{'a' * 32}/file",
        "size_mb": 3.0,
        "duration_s": 90.5,
    }


def test_prediction_is_told_only_of_a_finished_analysis() -> None:
    running = analysis_read(state_after(REQUESTED, progressed(40)), [])
    finished = analysis_read(state_after(REQUESTED, FINISHED), [])

    assert (running.status, running.percent, running.prediction) == ("running", 40, None)
    assert finished.model_dump(mode="json")["prediction"] == {"class": "freeze", "confidence": 0.9}


def test_predictions_are_by_class() -> None:
    assert analyze_read(state_after(REQUESTED, FINISHED), debug=False).predictions == {
        "fade": 0.99,
        "normal": 0.7,
    }
