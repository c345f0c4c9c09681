"""What a browser without a session sees: a form for the key, in one answer that loads nothing."""

import base64
from hashlib import sha256
from importlib.resources import files

from starlette.responses import HTMLResponse

_HTML = files("api.page").joinpath("login.html").read_text("utf-8")
_STYLE = _HTML.partition("<style>")[2].partition("</style>")[0]
_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; frame-ancestors 'none'"
_COMPLAINT = '<p role="alert">Chave errada. / Wrong key.</p>'


def answer(*, wrong: bool) -> HTMLResponse:
    """Return the form with status 401; ``wrong`` says that a key was given and does not hold."""
    body = _HTML.replace("<!-- complaint -->", _COMPLAINT if wrong else "")
    return HTMLResponse(body, 401, {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})
