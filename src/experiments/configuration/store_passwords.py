"""Passwords in addresses of stores. They are refused: records and messages show addresses."""

import re

from experiments.errors import ConfigError

HIDDEN = "***"
SERVERS = ("http", "https")
IN_PARAMETERS = re.compile(r"([?&](?:password|passwd|sslpassword)=)[^&]*", re.IGNORECASE)


def check_no_password(uri: str) -> None:
    """Raise ConfigError, which does not show it, if the address contains a password.

    The address of a server may not even contain a user: that can be a token.
    """
    if without_password(uri) == uri:
        return
    how = (
        "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD in the environment"
        if _scheme(uri) in SERVERS
        else "write it to the database's own file or variable, such as ~/.pgpass or PGPASSWORD"
    )
    raise ConfigError(
        f"{without_password(uri)}: records and messages show addresses, so a password may not be"
        f" a part of one; {how}"
    )


def without_password(uri: str) -> str:
    """Return an address as it may be shown: passwords, and users of servers, are asterisks."""
    scheme, mark, rest = uri.partition("://")
    if not mark or scheme.lower().startswith("sqlite"):
        return uri
    before, at, after = rest.rpartition("@")
    user, colon, _ = before.partition(":")
    if _scheme(uri) in SERVERS:
        hidden = HIDDEN if at and (colon or "/" not in before) else before
    else:
        hidden = f"{user}:{HIDDEN}" if at and colon else before
    return IN_PARAMETERS.sub(rf"\1{HIDDEN}", f"{scheme}{mark}{hidden}{at}{after}")


def _scheme(uri: str) -> str:
    return uri.partition(":")[0].strip().lower()
