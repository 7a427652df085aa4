"""Asks a WMTS service what it has, without holding anybody up."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkReply, QNetworkRequest

from gisapp.map.basemap.replies import bounded, document_of
from gisapp.map.basemap.service import AGENT, TIMEOUT
from gisapp.tasks import Tasks
from layers.basemap.service import KEY, host_of
from layers.basemap.wmts import WmtsService, capabilities_address, read_capabilities
from layers.errors import UserError
from layers.text import Message


class CapabilitiesAsker(QObject):
    """Asks one address at a time; a newer question drops the one before."""

    found = Signal(object)
    """The WmtsService."""
    failed = Signal(object)
    """The UserError."""

    def __init__(self, tasks: Tasks, manager: QNetworkAccessManager, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._manager = tasks, manager
        self._reply: QNetworkReply | None = None

    def ask(self, address: str, secret: str) -> None:
        """Ask the service at ``address``; a key goes where ``{key}`` stands."""
        self.stop()
        whole = capabilities_address(address)
        request = QNetworkRequest(QUrl(whole.replace(KEY, secret)))
        request.setRawHeader(b"User-Agent", AGENT)
        request.setTransferTimeout(2 * TIMEOUT)
        reply = bounded(self._manager.get(request))
        self._reply = reply
        reply.finished.connect(lambda: self._answered(reply, whole))

    def stop(self) -> None:
        """Forget the question."""
        reply, self._reply = self._reply, None
        if reply is not None:
            reply.abort()
            reply.deleteLater()

    def _answered(self, reply: QNetworkReply, address: str) -> None:
        if reply is not self._reply:
            return
        self._reply = None
        outcome = document_of(reply, host_of(address))
        reply.deleteLater()
        if outcome.data is None:
            self.failed.emit(outcome.error)
            return
        data = outcome.data

        def fail(error: UserError) -> None:
            self.failed.emit(error)

        def take(service: WmtsService) -> None:
            self.found.emit(service)

        self._tasks.run(
            Message("task.basemap"),
            lambda _: read_capabilities(data, address),
            take,
            failed=fail,
            owner=self,
            lane="basemap",
            shown=False,
        )
