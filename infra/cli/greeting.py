"""What a start says: where to look, with which key, and who may do what without one."""

from infra.local.installation import api_url
from infra.settings import Settings

# As NIST SP 800-63B-4, section 3.1.1.2, asks of a secret that is the only one.
KEY_CHARS = 15


def greeting(settings: Settings, *, show_key: bool) -> list[str]:
    """Return the lines; the key itself is in them only when asked for."""
    from api.keys import admin_key

    key = admin_key(settings)
    if show_key:
        hint = f"the key {key}"
    elif settings.horus_admin_key is not None:
        hint = "the key of HORUS_ADMIN_KEY"
    else:
        hint = f"the key in {settings.home / 'secrets' / 'admin-key'}"
    lines = [f"Open {api_url(settings)}/ and log in with {hint}"]
    if settings.horus_admin_key is not None and len(key) < KEY_CHARS:
        lines.append(
            f"HORUS_ADMIN_KEY has fewer than {KEY_CHARS} characters and can be guessed: "
            "`openssl rand -hex 32` prints a better one."
        )
    if settings.horus_anonymous_role != "none":
        lines.append(f"Requests without a key have the role {settings.horus_anonymous_role}.")
    if settings.horus_cors_origins:
        lines.append(f"Pages of {settings.horus_cors_origins} may call the API from a browser.")
    return lines


def key_is_new(settings: Settings) -> bool:
    """Tell whether this start is going to make the admin's key, and so has to show it."""
    return settings.horus_admin_key is None and not (settings.home / "secrets" / "admin-key").exists()
