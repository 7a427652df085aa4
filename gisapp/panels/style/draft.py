"""A style while it is being made: what it is now, what it was, and how it becomes a row of the register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.change import ChangeSet
from layers.register import Register
from layers.scene.classing import classed
from layers.scene.restyling import layer_of, with_class, with_layer, with_palette
from layers.scene.style import Classing, ClassStyle, LayerStyle, MapStyle
from layers.scene.style_definition import write_definition
from layers.scene.styles import (
    SavedStyle,
    base_style,
    delete_style,
    read_style_file,
    save_style,
    saved_styles,
    style_or_usual,
)
from layers.text import Message, Title


class StyleDraft(QObject):
    """One style under work. ``began`` tells that it is another one, ``changed`` that it looks different now."""

    began = Signal()
    changed = Signal()
    saved = Signal(str)
    """The name under which it was written to the register."""
    unsaved = Signal()
    """It could not be written; the window was told why."""
    deleted = Signal()
    refused = Signal()
    """What was asked for cannot be done; the window was told why."""
    done = Signal(object)
    """A Message: what was done."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self.style: MapStyle | None = None
        self.row: SavedStyle | None = None
        #: As it was before the first change.
        self.first: MapStyle | None = None
        self._base: MapStyle | None = None
        #: Whether it is a copy of a style with changes, which are nowhere else.
        self._holds_copy = False

    # ---- which style

    def begin(self, name: str, *, anew: bool = False, copy_of: Callable[[Title], str] | None = None) -> None:
        """Work on the style of that name. One of the program is copied, and so is any other when ``anew``;
        ``copy_of`` gives the copy's name.
        """
        register = self._session.register
        if register is None:
            return

        def read(feedback: Feedback) -> tuple[MapStyle, MapStyle, SavedStyle | None]:
            style, reason = style_or_usual(register, name, feedback)
            if reason is not None:
                raise reason
            row = next((each for each in saved_styles(register) if each.name == style.name), None)
            base = base_style(register, style.base or style.name)
            return style, base, row

        def take(read: tuple[MapStyle, MapStyle, SavedStyle | None]) -> None:
            style, base, row = read
            if anew or row is None:
                row = None
                new = style.name if copy_of is None else copy_of(style.title)
                style = replace(style, name=new, title=Title(new, new), base=base.name)
            self._take(style, base, row)

        self._tasks.run(
            Message("styling.task.read"), read, take, failed=self._fail, owner=self, key="style", shown=False
        )

    def read_file(self, path: Path) -> None:
        """Work on a style that was exported to a file."""
        register = self._session.register
        if register is None:
            return

        def read(_: Feedback) -> tuple[MapStyle, MapStyle]:
            style = read_style_file(register, path)
            return style, base_style(register, style.base or "")

        self._tasks.run(
            Message("styling.task.read"),
            read,
            lambda found: self._take(found[0], found[1], None),
            failed=self._fail,
            owner=self,
            key="style",
            shown=False,
        )

    def _fail(self, error: UserError) -> None:
        self._tasks.failed.emit(error)
        self.refused.emit()

    def _take(self, style: MapStyle, base: MapStyle, row: SavedStyle | None) -> None:
        self.style, self._base, self.row = style, base, row
        self.first = style
        self._holds_copy = False
        self.began.emit()
        self.changed.emit()

    def end(self) -> None:
        """No style is under work any more."""
        self.style = self.first = self._base = self.row = None
        self._holds_copy = False

    def begin_row(self, id: int) -> None:
        """Work on a saved style as it is now, whatever it is called by now."""
        register = self._session.register
        if register is None:
            return

        def find(_: Feedback) -> SavedStyle | None:
            return next((each for each in saved_styles(register) if each.id == id), None)

        def take(row: SavedStyle | None) -> None:
            if row is not None:
                self.begin(row.name)

        self._tasks.run(Message("styling.task.read"), find, take, owner=self, key="style-row", shown=False)

    def duplicate(self, name: str) -> None:
        """Go on with a copy of that name, which is not in the register yet."""
        if self.style is not None:
            self._holds_copy = self.has_work
            self.row = None
            self.style = self.first = replace(self.style, name=name, title=Title(name, name))
            self.began.emit()
            self.changed.emit()

    @property
    def name(self) -> str:
        """What the style is called; empty when none is under work."""
        return "" if self.style is None else self.style.name

    @property
    def base_title(self) -> Title:
        """What the style is called from which this one differs."""
        return Title("", "") if self._base is None else self._base.title

    @property
    def is_changed(self) -> bool:
        """Whether something is not written to the register yet."""
        return self.style is not None and (self.row is None or self.style != self.first)

    @property
    def has_work(self) -> bool:
        """Whether somebody has done something to it that is nowhere else."""
        return self.style is not None and (self.style != self.first or self._holds_copy)

    def forget_work(self) -> None:
        """What was done to it need not be kept."""
        self.first, self._holds_copy = self.style, False

    def revert(self) -> None:
        """As it was before the first change."""
        if self.first is not None and self.style != self.first:
            self.style = self.first
            self.began.emit()
            self.changed.emit()

    # ---- changing it

    def layer(self, layer_id: str) -> LayerStyle:
        """The layer of that id."""
        assert self.style is not None
        return layer_of(self.style, layer_id)

    def base_layer(self, layer_id: str) -> LayerStyle:
        """The layer as the style has it from which this one differs."""
        assert self._base is not None
        return layer_of(self._base, layer_id)

    def rename(self, name: str) -> None:
        """Call the style so."""
        if self.style is not None and name != self.style.name:
            self.style = replace(self.style, name=name, title=Title(name, name))
            self.changed.emit()

    def put(self, layer: LayerStyle) -> None:
        """Draw a layer so."""
        assert self.style is not None
        style = with_layer(self.style, layer)
        if style != self.style:
            self.style = style
            self.changed.emit()

    def put_class(self, layer_id: str, changed: ClassStyle) -> None:
        """Draw a class so."""
        self.put(with_class(self.layer(layer_id), changed))

    def use_palette(self, layer_id: str, palette: str) -> None:
        """Colour the classes of a layer from a palette."""
        self.put(with_palette(self.layer(layer_id), palette))

    def as_base(self, layer_id: str) -> None:
        """Class a layer as the style it was made from does."""
        base = self.base_layer(layer_id)
        if base.classing is not None:
            self.classify(layer_id, base.classing)
            return
        self.put(replace(self.layer(layer_id), classes=base.classes, classing=base.classing))

    def classify(self, layer_id: str, classing: Classing) -> None:
        """Make new classes for a layer from what the register holds."""
        register: Register | None = self._session.register
        if register is None or self.style is None:
            return
        # Looks of classes come from the base: those of the classes made before may be anything.
        layer = replace(self.layer(layer_id), classes=self.base_layer(layer_id).classes)

        def make(feedback: Feedback) -> LayerStyle:
            return classed(register, layer, classing, feedback)

        def take(made: LayerStyle) -> None:
            if self.style is not None:
                self.put(replace(self.layer(layer_id), classes=made.classes, classing=made.classing))

        self._tasks.run(Message("styling.task.class"), make, take, owner=self, key="class", shown=False)

    # ---- into the register, to a file

    def save(self) -> None:
        """Write it to the register as one step that can be undone; others see it at once."""
        style, base, row = self.style, self._base, self.row
        if style is None or base is None:
            return
        title = Message("styling.step.save", {"name": style.name})

        def done(_: ChangeSet | None) -> None:
            self._after_save(style)
            self.done.emit(Message("styling.saved", {"name": style.name}))

        def failed(error: UserError) -> None:
            self._tasks.failed.emit(error)
            self.unsaved.emit()

        self._session.edit(title, lambda edit: _drop(save_style(edit, style, base, row)), done, failed)

    def _after_save(self, style: MapStyle) -> None:
        register = self._session.register
        if register is None:
            return

        def find(_: Feedback) -> SavedStyle | None:
            return next((each for each in saved_styles(register) if each.name == style.name), None)

        def take(row: SavedStyle | None) -> None:
            if row is not None and self.style is not None and self.style.name == style.name:
                self.row, self.first, self._holds_copy = row, style, False
                self.began.emit()
                self.saved.emit(style.name)

        self._tasks.run(Message("styling.task.read"), find, take, owner=self, key="style", shown=False)

    def delete(self) -> None:
        """Remove it from the register as one step that can be undone."""
        row = self.row
        if row is None:
            return

        def done(_: ChangeSet | None) -> None:
            self.done.emit(Message("styling.deleted", {"name": row.name}))
            self.deleted.emit()

        step = Message("styling.step.delete", {"name": row.name})
        self._session.edit(step, lambda edit: delete_style(edit, row), done)

    def write_file(self, path: Path) -> None:
        """Write it as TOML to a file, to be taken into another register."""
        style, base = self.style, self._base
        if style is None or base is None:
            return

        def write(_: Feedback) -> None:
            try:
                path.write_text(write_definition(style, base) + "\n", encoding="utf-8")
            except OSError as error:
                reason = str(error.strerror or error)
                raise UserError(
                    Message("styling.file_unwritten", {"file": path.name, "reason": reason}),
                    Message("styling.file_unwritten.hint"),
                ) from error

        self._tasks.run(
            Message("styling.task.write"),
            write,
            lambda _: self.done.emit(Message("styling.written", {"file": path.name})),
            shown=False,
        )


def _drop(_: int) -> None:
    """An edit gives nothing back."""
