"""A tile service on this computer: well, slow, dead, refusing, or answering nonsense."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, str, bytes]


class TileServer:
    """``answer`` gives status, type and body for a path; ``delay`` makes it slow; ``paths`` is what was asked."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self.answer = answer
        self.delay = 0.0
        self.paths: list[str] = []
        self._closing = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner.paths.append(self.path)
                if owner.delay and owner._closing.wait(owner.delay):
                    return
                status, kind, body = owner.answer(self.path)
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True  # the asker has gone

            def log_message(self, format: str, *arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def template(self) -> str:
        return f"{self.address}/{{z}}/{{x}}/{{y}}.png"

    def close(self) -> None:
        """End it, and every answer that is still being waited for."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        time.sleep(0.05)
