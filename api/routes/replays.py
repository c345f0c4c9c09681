"""Replays: the past decided again, by other rules or another model, beside what was told then."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from starlette.concurrency import run_in_threadpool

from api.asking import Asker
from api.noted import noted
from api.problems import RETRY
from api.replay_desk import Busy, Replay, replay_read
from api.replay_read import ReplayRead, ReplayWrite
from api.services import Given, Services
from infra.local.kafka import trouble
from infra.settings import BadSettings
from infra.settings.changes import BadChange, changes, load_changed

router = APIRouter(prefix="/api/v1/replays", tags=["replays"])

ReplayId = Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{32}$")]
# A broker that is there answers within milliseconds.
KAFKA_S = 2.0


@router.post("", status_code=202, responses={409: {}})
async def begun(services: Given, body: ReplayWrite, who: Asker) -> ReplayRead:
    """Decide a window again: in the background, one replay at a time.

    Nothing live is written. ``model`` measures again from the stored media, which takes about as long as
    watching did.
    """
    _check_settings(body.set)
    if await run_in_threadpool(trouble, services.settings.bootstrap_servers, KAFKA_S) is not None:
        raise HTTPException(503, "Kafka does not answer; try again", RETRY)
    try:
        replay = await services.replays.begin(body, who.name)
    except Busy as busy:
        raise HTTPException(409, str(busy)) from busy
    await _note(services, who.name, "replays.begin", replay)
    return replay_read(replay)


@router.get("")
async def listed(services: Given) -> list[ReplayRead]:
    """List the last replays, the newest first."""
    return [replay_read(each) for each in services.replays.all()]


@router.get("/{id}")
async def one(services: Given, replay_id: ReplayId) -> ReplayRead:
    """Return how a replay stands: its progress, then what it found."""
    return replay_read(_known(services.replays.get(replay_id), replay_id))


@router.delete("/{id}")
async def cancelled(services: Given, replay_id: ReplayId, who: Asker) -> ReplayRead:
    """Cancel a replay that runs; one that is over stays as it is."""
    before = _known(services.replays.get(replay_id), replay_id)
    replay = _known(await services.replays.cancel(replay_id), replay_id)
    if before.state == "running":
        await _note(services, who.name, "replays.cancel", replay)
    return replay_read(replay)


def _known(replay: Replay | None, replay_id: str) -> Replay:
    if replay is None:
        raise HTTPException(404, f"there is no replay {replay_id}; the last ones are kept until a restart")
    return replay


def _check_settings(given: dict[str, str]) -> None:
    """Raise HTTPException 422 for what is no setting of the decisions, or cannot be its value."""
    try:
        load_changed(changes(f"{name}={value}" for name, value in given.items()))
    except (BadChange, BadSettings) as error:
        raise HTTPException(422, f"set: {error}") from error


async def _note(services: Services, by: str, action: str, replay: Replay) -> None:
    window = f"{replay.asked.since.isoformat()} to {replay.asked.until.isoformat()}"
    await noted(services.commands.publish, by=by, action=action, target=replay.id, detail=window)
