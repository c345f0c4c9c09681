"""One attempt at a delivery: to a checked address, signed, bounded in time and in what is read back."""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable
from functools import cache

import httpx
import msgspec

from api.webhooks.signature import DELIVERY_HEADER, HEADER, sign
from infra.host_policy import HostPolicy, HostRefused, HostUnknown

# They log each request with its whole URL, in which targets carry tokens, and its headers.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# An answer is read only so that its connection can be used again; one that is longer loses its connection.
ANSWER_BYTES = 64 * 1024
# A host with many addresses is tried at so many; the rest would not help within the timeout.
ADDRESSES = 3
PORT_MAX = 65535
# A reason stands in lists and logs: a line.
REASON_CHARS = 200


class BadTarget(ValueError):
    """A URL that no webhook may have; the text says why."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an attempt."""

    status: int | None = None
    """HTTP status; None when there was no answer."""
    reason: str
    """One line; of a delivered one too."""

    @property
    def delivered(self) -> bool:
        """Tell whether the target took it: any 2xx (RFC 9110, section 15.3)."""
        return self.status is not None and 200 <= self.status < 300


def target(url: str) -> httpx.URL:
    """Return a webhook's URL as it is connected to. Raises BadTarget.

    Read once, by the parser that also connects: no two parsers can take it for two hosts.
    """
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise BadTarget("not a URL") from error
    if parsed.scheme not in ("http", "https"):
        raise BadTarget("a webhook's URL begins with https:// or http://")
    if not host:
        raise BadTarget("no host in it")
    if parsed.port is not None and not 1 <= parsed.port <= PORT_MAX:
        raise BadTarget("no such port")
    if parsed.userinfo:
        raise BadTarget("no user or password in it: deliveries are signed instead")
    if parsed.fragment:
        raise BadTarget("a fragment (#...) is never sent")
    return parsed


class Poster:
    """Posts to one webhook's target. Redirects, proxies and cookies are not for it."""

    def __init__(
        self,
        url: str,
        secret: bytes,
        policy: HostPolicy,
        timeout_s: float,
        *,
        clock: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Connect lazily; ``tls`` None: certificates as browsers take them. Raises BadTarget."""
        self._url = target(url)
        self._secret = secret
        self._policy = policy
        self._timeout_s = timeout_s
        self._clock = clock
        # A client of its own: a connection made for one host's certificate must not serve another host.
        self._client = httpx.AsyncClient(
            verify=tls or _tls(), follow_redirects=False, trust_env=False, timeout=timeout_s
        )

    async def post(self, delivery: str, body: bytes) -> Outcome:
        """Try once; never raises for what a target or its name does."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(delivery, body)
        except TimeoutError:
            return Outcome(reason=f"no answer within {self._timeout_s:g} s")
        except (HostRefused, HostUnknown) as error:
            return Outcome(reason=_line(str(error)))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome(reason=_line(f"no connection: {error or type(error).__name__}"))

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def _post(self, delivery: str, body: bytes) -> Outcome:
        host = self._url.raw_host.decode("ascii")
        # Anew for each attempt, and what was checked is what is connected to: a name that changes its address
        # after the check leads nowhere else.
        addresses = await asyncio.to_thread(self._policy.addresses, host)
        for number, address in enumerate(addresses[:ADDRESSES], start=1):
            try:
                return await self._to(str(address), host, delivery, body)
            except httpx.ConnectError:
                if number == min(len(addresses), ADDRESSES):
                    raise
        return Outcome(reason=f"{host} has no address")

    async def _to(self, address: str, host: str, delivery: str, body: bytes) -> Outcome:
        request = self._client.build_request(
            "POST",
            self._url.copy_with(host=address),
            content=body,
            headers={
                "Host": self._url.netloc.decode("ascii"),
                "Content-Type": "application/json",
                "User-Agent": "Horus",
                HEADER: sign(self._secret, int(self._clock()), body),
                DELIVERY_HEADER: delivery,
            },
            # The certificate is checked against the name, not against the address.
            extensions={"sni_hostname": host},
        )
        response = await self._client.send(request, stream=True)
        try:
            size = 0
            async for part in response.aiter_raw():
                size += len(part)
                if size > ANSWER_BYTES:
                    break
        finally:
            await response.aclose()
        return Outcome(status=response.status_code, reason=_of_status(response.status_code))


@cache
def _tls() -> ssl.SSLContext:
    """Return what certificates are checked by; reading the list of authorities takes long enough for once."""
    return httpx.create_ssl_context()


def _of_status(status: int) -> str:
    return f"answered {status}" + (": redirects are not followed" if 300 <= status < 400 else "")


def _line(text: str) -> str:
    return " ".join(text.split())[:REASON_CHARS]
