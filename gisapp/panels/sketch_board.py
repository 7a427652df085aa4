"""What of a map is sketched before the whole of it is there: shown together, and the rest is begun once it is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject

from gisapp.tasks import Debounce, Task
from layers.scene.codec import Source

#: Milliseconds that half a sketch waits for the other, and within which a sketch is painted.
SOON, PICTURED = 150, 500


class SketchBoard(QObject):
    """``show`` is called when there is something to be shown of ``sources``, the sketches by layer so far."""

    def __init__(self, show: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.sources: dict[str, Source] = {}
        self._show = show
        self._waited_for: list[Task] = []
        self._then: Callable[[], None] | None = None
        self._soon = Debounce(SOON, self.show, self)
        self._late = Debounce(PICTURED, self.painted, self)

    def expect(self, task: Task) -> None:
        """This task brings sketches."""
        self._waited_for.append(task)

    def take(self, task: Task, sources: Iterable[Source]) -> bool:
        """What a task brought. True when it was the last: all is shown now."""
        self._waited_for.remove(task)
        self.sources |= {source.layer.id: source for source in sources}
        if self._waited_for:
            # One picture of all, unless the rest keeps us waiting.
            self._soon.touch()
            return False
        self.show()
        return True

    def show(self) -> None:
        """Show what there is now."""
        self._soon.stop()
        self._show()

    def once_painted(self, then: Callable[[], None]) -> None:
        """Do this when what was shown is on the screen, or takes too long."""
        self._then = then
        self._late.touch()

    def painted(self) -> None:
        """A picture is on the screen."""
        then, self._then = self._then, None
        self._late.stop()
        if then is not None:
            then()

    def forget(self) -> None:
        """The whole is there, or nobody wants it any more."""
        self._soon.stop()
        self._late.stop()
        self._then = None
        self._waited_for.clear()
        self.sources.clear()
