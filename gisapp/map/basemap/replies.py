"""What the answer of a service means: a picture, no tile here, or an error with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtNetwork import QNetworkReply, QNetworkRequest

from layers.basemap.answer import PICTURES, kind_of, refusal
from layers.errors import UserError
from layers.text import Message

#: The error of an address that has nothing.
ABSENT = "basemap.service_absent"
_LARGEST = 20_000_000
_NOTHING_HERE = frozenset({204, 404, 410})
#: Tianditu answers 418 to a key that it does not know.
_REFUSED = frozenset({401, 403, 407, 418})
_TOO_MANY = 429

Code = QNetworkReply.NetworkError


@dataclass(frozen=True)
class Outcome:
    """Either the bytes of a picture or the error; neither: there is no tile at this place."""

    data: bytes | None = None
    error: UserError | None = None


def bounded(reply: QNetworkReply) -> QNetworkReply:
    """The reply, broken off when it grows without end: Qt would keep all of it in memory."""

    def look(received: int, _: int) -> None:
        if received > _LARGEST and not reply.isFinished():
            reply.abort()

    reply.downloadProgress.connect(look)
    return reply


def outcome_of(reply: QNetworkReply, host: str) -> Outcome:
    """Read a finished reply that should be a picture."""
    outcome = document_of(reply, host)
    if outcome.data is not None and kind_of(outcome.data) not in PICTURES:
        return Outcome(error=refusal(outcome.data, host))
    return outcome


def document_of(reply: QNetworkReply, host: str) -> Outcome:
    """Read a finished reply, whatever it holds."""
    status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
    if status is None:
        return Outcome(error=_unreached(reply, host))
    if status in _NOTHING_HERE:
        return Outcome(error=_error(ABSENT, host, hint="basemap.service_absent_hint"))
    if status in _REFUSED:
        return Outcome(error=_error("basemap.service_refused", host, hint="basemap.service_refused_hint"))
    if status == _TOO_MANY:
        return Outcome(error=_error("basemap.service_busy", host, hint="basemap.service_hint"))
    if reply.error() == Code.OperationCanceledError:
        return Outcome(error=_error("basemap.service_slow", host, hint="basemap.service_hint"))
    if status >= 400 or reply.error() != Code.NoError:
        title = Message("basemap.service_failed", {"host": host, "status": int(status)})
        return Outcome(error=UserError(title, Message("basemap.service_hint")))
    data = bytes(reply.read(_LARGEST + 1).data())
    if len(data) > _LARGEST:
        # All of it was there before it could be broken off.
        return Outcome(error=_error("basemap.service_slow", host, hint="basemap.service_hint"))
    return Outcome(data)


def _unreached(reply: QNetworkReply, host: str) -> UserError:
    """There was no answer at all."""
    code = reply.error()
    if code in (Code.TimeoutError, Code.OperationCanceledError):
        return _error("basemap.service_slow", host, hint="basemap.service_hint")
    if code == Code.HostNotFoundError:
        return _error("basemap.no_network", host, hint="basemap.no_network_hint")
    if code == Code.SslHandshakeFailedError:
        return _error("basemap.service_not_safe", host, hint="basemap.service_not_safe_hint")
    return UserError(
        Message("basemap.service_away", {"host": host}),
        Message("basemap.no_network_hint"),
        Message("basemap.system_says", {"text": reply.errorString()}),
    )


def _error(title: str, host: str, *, hint: str) -> UserError:
    return UserError(Message(title, {"host": host}), Message(hint))
