"""How cells of a table look and how they are edited: chips for states, a box for what is selected."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gisapp.forms.chip import _ICONS as CHIP_ICONS
from gisapp.forms.words import set_style
from gisapp.language import Language
from gisapp.panels.table.model import CHECK, SELECTED_ROLE, TONE_ROLE, Index, TableModel
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.model.fields import BooleanField, ChoiceField, Field

PADDING = 8
_BOX = 14


class Cells(QStyledItemDelegate):
    """Paints cells by hand: a screen of them in a few milliseconds. ``typed``: index, text, whether down or right."""

    typed = Signal(object, str, object)
    """An editor's text shall be written: the index, the text, the key that ended it."""

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme
        self.judge: Any = None
        """Says what is wrong with a text in a field: a Message, or None."""
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        theme = self._theme
        self._colours = {
            name: theme.color(name)
            for name in (
                "panel", "selection_row", "text", "text2", "text3", "border", "border_strong", "accent",
                "accent_text", "accent_soft", "danger", "hover",
            )
        }  # fmt: skip
        self._font, self._strong = theme.font("small"), theme.font("small", strong=True)
        self._chip: dict[str, tuple[QColor, QColor, Any]] = {}

    # ---- painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, rect = self._colours, option.rect
        is_selected = bool(index.data(SELECTED_ROLE))
        is_ranged = bool(option.state & QStyle.StateFlag.State_Selected)
        ground = "selection_row" if is_selected else "accent_soft" if is_ranged else "panel"
        painter.fillRect(rect, colours[ground])
        painter.setPen(colours["border"])
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if index.column() == CHECK:
            self._paint_box(painter, rect, is_selected)
            return
        text = index.data(Qt.ItemDataRole.DisplayRole) or ""
        tone = index.data(TONE_ROLE)
        inner = rect.adjusted(PADDING, 0, -PADDING, -1)
        if tone and text:
            self._paint_chip(painter, inner, text, tone)
        else:
            painter.setFont(self._strong if is_selected and index.column() == 1 else self._font)
            painter.setPen(colours["text"] if text else colours["text3"])
            align = index.data(Qt.ItemDataRole.TextAlignmentRole) or 0
            shown = painter.fontMetrics().elidedText(text or "—", Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, int(align), shown)
        view = option.widget
        if isinstance(view, QAbstractItemView) and view.currentIndex() == index and view.hasFocus():
            painter.setPen(QPen(colours["accent"], 2))
            painter.drawRect(QRectF(rect).adjusted(1, 1, -1, -2))

    def _paint_box(self, painter: QPainter, rect: QRect, is_on: bool) -> None:
        colours = self._colours
        box = QRectF(0, 0, _BOX, _BOX)
        box.moveCenter(QPointF(QRectF(rect).center()))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colours["accent"] if is_on else colours["border_strong"])
        painter.setBrush(colours["accent"] if is_on else colours["panel"])
        painter.drawRoundedRect(box, 3, 3)
        if is_on:
            painter.setPen(QPen(colours["accent_text"], 2))
            x, y = box.x(), box.y()
            painter.drawPolyline(
                [QPointF(x + 3.5, y + 7.5), QPointF(x + 6, y + 10), QPointF(x + 10.5, y + 4.5)]
            )
        painter.restore()

    def _paint_chip(self, painter: QPainter, inner: QRect, text: str, tone: str) -> None:
        icon, ground, ink = self._look(tone)
        painter.setFont(self._font)
        metrics = painter.fontMetrics()
        room = inner.width() - 28
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        is_quiet = tone == "quiet"
        width = metrics.horizontalAdvance(shown) + 28
        chip = QRectF(inner.x(), inner.center().y() - 9, width, 20)
        if not is_quiet:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(chip, 3, 3)
            painter.restore()
        left = inner.x() + (0 if is_quiet else 6)
        painter.drawPixmap(left, inner.center().y() - 5, icon)
        painter.setPen(ink)
        place = QRect(left + 16, inner.y(), room, inner.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)

    def _look(self, tone: str) -> tuple[Any, QColor, QColor]:
        if tone not in self._chip:
            icon, ink = CHIP_ICONS[tone]
            theme = self._theme
            ground = theme.color("panel" if tone == "quiet" else f"{tone}_soft")
            words = theme.color("text" if tone == "quiet" else tone)
            self._chip[tone] = (theme.pixmap(icon, 12, ink), ground, words)  # type: ignore[assignment]
        picture, ground, words = self._chip[tone]
        return picture, ground, words

    # ---- editing

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, TableModel)
        field = model.field_at(index.column())
        assert field is not None
        editor = (
            self._choice(parent, field)
            if isinstance(field, ChoiceField | BooleanField)
            else QLineEdit(parent)
        )
        editor.setFont(self._font)
        editor.setObjectName("cellEditor")
        line = editor.lineEdit() if isinstance(editor, QComboBox) else editor
        if isinstance(line, QLineEdit):
            line.textEdited.connect(lambda text: self._mark(editor, field, text))
            side = int(index.data(Qt.ItemDataRole.TextAlignmentRole) or 0)
            line.setAlignment(Qt.AlignmentFlag(side))
        return editor

    def _choice(self, parent: QWidget, field: Field) -> QComboBox:
        """Entries to pick from, found by any part of their name."""
        editor = QComboBox(parent)
        editor.setEditable(True)
        editor.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        code = self._language.code
        if isinstance(field, ChoiceField):
            words = [field.format(entry.code, code) for entry in field.code_list.entries if entry.active]
        else:
            words = [field.format(flag, code) for flag in (True, False)]
        editor.addItems(["", *words])
        completer = editor.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        editor.setMaxVisibleItems(16)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        text = index.data(Qt.ItemDataRole.EditRole) or ""
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(editor.findText(text), 0))
            editor.setEditText(text)
            line = editor.lineEdit()
            if line is not None:
                line.selectAll()
        elif isinstance(editor, QLineEdit):
            editor.setText(text)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Nothing: what is typed is written through the register, which tells the model."""

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(0, 0, 0, -1))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter goes down, Tab to the right, Esc leaves all as it was; a wrong text stays open."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and isinstance(editor, QWidget)
        ):
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                if self._finish(editor, key):
                    self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
                return True
        if event.type() == QEvent.Type.FocusOut and isinstance(editor, QWidget):
            # Picked in the list that belongs to the editor, it has not been left.
            if isinstance(editor, QComboBox) and editor.view().isVisible():
                return False
            self._finish(editor, None)
        return bool(super().eventFilter(editor, event))

    def _finish(self, editor: QWidget, key: Any) -> bool:
        """Whether the text was taken."""
        if editor.property("done"):
            return True
        view = self.parent()
        if not isinstance(view, QAbstractItemView):
            return True
        index = view.indexAt(editor.geometry().center())
        if not index.isValid():
            return True
        text = text_of(editor)
        model = index.model()
        field = model.field_at(index.column()) if isinstance(model, TableModel) else None
        if self.judge is not None and field is not None and self._mark(editor, field, text) is not None:
            return False
        editor.setProperty("done", True)
        self.typed.emit(index, text, key)
        return True

    def _mark(self, editor: QWidget, field: Field, text: str) -> object:
        wrong = None if self.judge is None else self.judge(field, text)
        editor.setToolTip("" if wrong is None else plain_tip(self._language.render(wrong)))
        set_style(editor, "wrong", "false" if wrong is None else "true")
        return wrong


def text_of(editor: QWidget) -> str:
    """What stands in an editor."""
    if isinstance(editor, QComboBox):
        return editor.currentText()
    return editor.text() if isinstance(editor, QLineEdit) else ""
