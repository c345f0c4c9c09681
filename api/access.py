"""Who asks: by a key, by the session cookie, or nobody; and whether his browser's page may use it."""

from collections.abc import Collection
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers

from api import keys, sessions
from infra.settings import Role, Settings
from schemas.events import KeyCreated

ANONYMOUS = "anonymous"
ADMINISTRATOR = "admin"
"""Name and key id of the key of the installation, which no route can revoke."""
ANY_ORIGIN = "*"
"""In ``HORUS_CORS_ORIGINS``: pages of every origin may call, as anonymous."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Change nothing (RFC 9110, section 9.2.1)."""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as routes and events know him."""

    name: str = ANONYMOUS
    role: Role
    key_id: str = ""
    """The key that opened; empty without one."""
    until: datetime | None = None
    """When his session ends; None for a key, which has no end."""


class WrongKey(Exception):
    """A key was shown that opens nothing."""


class KeysUnknown(Exception):
    """A key was shown that nobody can judge, for the log of keys has not been read yet."""


class ForeignPage(Exception):
    """A page of another site tries to act with what the browser sends along by itself."""


class KeyRing(Protocol):
    """The keys that were made, as `api.admin_log.AdminLog` knows them."""

    @property
    def known(self) -> bool:
        """Tell whether all of them are known."""

    def key(self, key_id: str) -> KeyCreated | None:
        """Return a key that was made and not revoked."""


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A request, as far as it tells who asks."""

    headers: Headers
    method: str
    """As in `api.roles.LEAST`."""
    now: datetime


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """The keys, and what is allowed without one."""

    admin_key: str
    ring: KeyRing
    anonymous: Role = "none"
    origins: frozenset[str] = frozenset()
    """Other origins whose pages may call."""

    def who(self, asking: Asking) -> Who:
        """Return who asks. A wrong key is worse than none: it is never let in as anonymous.

        Raises WrongKey, KeysUnknown, ForeignPage.
        """
        given = shown_key(asking.headers)
        if given is not None:
            return self.holder(given)
        token = _cookie(asking.headers.get("cookie", ""))
        ours = self._own_page(asking)
        session = sessions.read(token, self.admin_key, asking.now) if token else None
        if session is not None and ours and (who := self._of_session(session)) is not None:
            return who
        rides = session is not None or self.anonymous != "none"
        # Whoever lets any page in means what anybody may do, never what an operator's cookie may.
        if not ours and rides and _acts(asking) and ANY_ORIGIN not in self.origins:
            raise ForeignPage
        return Who(role=self.anonymous)

    def holder(self, given: str) -> Who:
        """Return whose key this is. Raises WrongKey, KeysUnknown."""
        if keys.same(given, self.admin_key):
            return Who(name=ADMINISTRATOR, role="admin", key_id=ADMINISTRATOR)
        key_id = keys.id_of(given)
        kept = self.ring.key(key_id) if key_id else None
        if keys.holds(given, kept.hash if kept else None) and kept is not None:
            return Who(name=kept.name, role=kept.role, key_id=kept.key_id)
        if key_id is not None and not self.ring.known:
            raise KeysUnknown
        raise WrongKey

    def counted_as(self, given: str) -> str:
        """Return the id of the key that a try at this one counts for; empty when there is no such key.

        The key of the installation has no id: a person may have chosen it, and everything that is shown
        without the id of a made key counts as a guess at it.
        """
        key_id = keys.id_of(given)
        return key_id if key_id is not None and self.ring.key(key_id) is not None else ""

    def begin_session(self, who: Who, now: datetime) -> str:
        """Return the cookie's value for the holder of a key."""
        return sessions.begun(who.key_id, self.admin_key, now)

    def still_holds(self, who: Who, now: datetime) -> bool:
        """Tell whether what let somebody in would let him in now: for connections that stay open."""
        if who.until is not None and now >= who.until:
            return False
        if who.key_id in ("", ADMINISTRATOR):
            return True
        return not self.ring.known or self.ring.key(who.key_id) is not None

    def _of_session(self, session: sessions.Session) -> Who | None:
        if session.key_id == ADMINISTRATOR:
            return Who(name=ADMINISTRATOR, role="admin", key_id=ADMINISTRATOR, until=session.until)
        kept = self.ring.key(session.key_id)
        if kept is not None:
            return Who(name=kept.name, role=kept.role, key_id=kept.key_id, until=session.until)
        if not self.ring.known:
            raise KeysUnknown
        return None  # The key is revoked, and with it the session is over.

    def _own_page(self, asking: Asking) -> bool:
        """Tell whether no page, or one of ours, sent this: a page of another site, or of another port of this
        host, must not ride on the operator's cookie, nor on what the network lets anybody do."""
        headers = asking.headers
        origin = headers.get("origin")
        if origin is not None:
            return same_origin(origin, headers.get("host", ""), self.origins)
        # Browsers send Origin with whatever acts; where a privacy setting takes it away, this one stays.
        return not _acts(asking) or headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def same_origin(origin: str, host: str, others: Collection[str] = ()) -> bool:
    """Tell whether an ``Origin`` is this host's own page or one of the others that are allowed."""
    try:
        return urlsplit(origin).netloc == host or origin in others
    except ValueError:
        return False


def access(settings: Settings, ring: KeyRing) -> Access:
    """Return the access rules of an installation."""
    return Access(
        admin_key=keys.admin_key(settings),
        ring=ring,
        anonymous=settings.horus_anonymous_role,
        origins=frozenset(origins(settings)),
    )


def origins(settings: Settings) -> list[str]:
    """Return who may call from a browser."""
    return [origin.strip().rstrip("/") for origin in settings.horus_cors_origins.split(",") if origin.strip()]


def shown_key(headers: Headers) -> str | None:
    """Return the key in the headers of a request, None when there is none."""
    return headers.get("x-api-key") or _bearer(headers.get("authorization", ""))


def _acts(asking: Asking) -> bool:
    # A WebSocket only reads, but no CORS keeps another site's page from reading along.
    return asking.method not in SAFE_METHODS


def _bearer(header: str) -> str | None:
    scheme, _, key = header.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(sessions.COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None else None
