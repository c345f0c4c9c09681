"""Keys for people and programs: made, listed, revoked, each by an event."""

import unicodedata
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.concurrency import run_in_threadpool

from api import keys
from api.access import ADMINISTRATOR, ANONYMOUS
from api.asking import Asker
from api.ocorrencia_read import Moment
from api.services import Given
from infra import clock
from schemas.events.admin import KeyCreated, KeyRevoked, KeyRole
from schemas.topics import ADMIN

router = APIRouter(prefix="/api/v1/admin/keys", tags=["admin"])

# As audit shows it in a column.
NAME_MAX = 80
SEEN_S = 5.0
"""For this process's own reading of what it has just written; some milliseconds while Kafka is well."""
RESERVED = frozenset({ANONYMOUS, ADMINISTRATOR})
KeyId = Annotated[str, Path(pattern="^([0-9a-f]{12}|admin)$", description="as listed; not the key")]


class KeyCreate(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "control room", "role": "operator"}]}
    )

    name: str = Field(min_length=1, max_length=NAME_MAX, description="who is to hold it; shown in audit")
    role: KeyRole

    @field_validator("name")
    @classmethod
    def _readable(cls, name: str) -> str:
        # Control and format characters could make one name look like another in the audit.
        if any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") for sign in name):
            raise ValueError("holds characters that cannot be seen")
        if name.strip() != name:
            raise ValueError("has spaces at an end")
        if name.casefold() in RESERVED:
            raise ValueError(f"{name} is the name of somebody else")
        return name


class KeyRead(BaseModel):
    """A key as it may be shown: without what opens."""

    key_id: str = Field(examples=["3f9a0c11d2e4"])
    name: str = Field(examples=["control room"])
    role: KeyRole
    created_at: Moment | None = Field(None, description="null for the key of the installation")
    created_by: str = ""
    revocable: bool = Field(True, description="false for the key of the installation, which is a setting")


class KeyMade(KeyRead):
    """A key that was just made: the only time that it is told."""

    key: str = Field(description="keep it: Horus does not", examples=["hrs.3f9a0c11d2e4.…"])


@router.get("")
async def listed(services: Given) -> list[KeyRead]:
    """List the keys that open something, the oldest first."""
    made = sorted(services.admin.state.keys.values(), key=lambda each: (each.at, each.key_id))
    own = KeyRead(key_id=ADMINISTRATOR, name=ADMINISTRATOR, role="admin", revocable=False)
    return [own, *map(_read, made)]


@router.post("", status_code=201, responses={409: {"description": "a key of that name is there"}})
async def create(services: Given, who: Asker, wanted: KeyCreate, response: Response) -> KeyMade:
    """Make a key and tell it, this once; it opens on every API process as soon as that has read the log."""
    if any(each.name.casefold() == wanted.name.casefold() for each in services.admin.state.keys.values()):
        raise HTTPException(409, f"there is a key for {wanted.name} already: revoke it, or choose a name")
    made = keys.mint()
    event = KeyCreated(
        key_id=made.key_id,
        name=wanted.name,
        role=wanted.role,
        hash=made.hash,
        by=who.name,
        at=clock.now(),
    )
    offset = await services.commands.publish(ADMIN, event)
    await run_in_threadpool(services.admin.wait, offset, SEEN_S)
    response.headers["Location"] = f"{router.prefix}/{made.key_id}"
    return KeyMade(**_read(event).model_dump(), key=made.key)


@router.delete(
    "/{key_id}",
    status_code=204,
    responses={409: {"description": "the key of the installation is a setting"}},
)
async def revoke(services: Given, who: Asker, key_id: KeyId) -> Response:
    """Revoke a key: it opens nothing any more, and every session begun with it is over."""
    if key_id == ADMINISTRATOR:
        raise HTTPException(409, "the key of the installation is a setting: change HORUS_ADMIN_KEY")
    if services.admin.key(key_id) is None:
        raise HTTPException(404, f"there is no key {key_id}")
    event = KeyRevoked(key_id=key_id, by=who.name, at=clock.now())
    offset = await services.commands.publish(ADMIN, event)
    await run_in_threadpool(services.admin.wait, offset, SEEN_S)
    return Response(status_code=204)


def _read(event: KeyCreated) -> KeyRead:
    return KeyRead(
        key_id=event.key_id, name=event.name, role=event.role, created_at=event.at, created_by=event.by
    )
