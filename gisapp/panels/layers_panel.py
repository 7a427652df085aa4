"""Layers and legend in one list: what is drawn, how it looks, how many there are, in all or in view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHeaderView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.panel_head import PanelHead
from gisapp.forms.words import Button, Label, Line
from gisapp.language import Language
from gisapp.panels.legend_model import (
    COUNT,
    LENGTH,
    NAME,
    LegendModel,
    LegendRow,
    number_text,
)
from gisapp.theme import Theme
from layers.text import Message

SWATCH = (26, 16)
_FAINT = 0.35
NUMBER_WIDTHS = {COUNT: 50, LENGTH: 56}
#: What a cell takes beside its text.
_BESIDE = 18


class LayersPanel(QWidget):
    """``hidden_changed`` tells what is switched off, ``in_view_changed`` what the numbers shall count."""

    hidden_changed = Signal(tuple)
    in_view_changed = Signal(bool)
    menu_asked = Signal(str, QPoint)
    """A right click: the id of the row, and where on the screen."""
    place_asked = Signal(str)
    """A double click: the id of the row."""
    start_asked = Signal(str)
    """The id of the action with which an empty register begins."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme = language, theme
        self.model = LegendModel(language, self)
        self.model.hidden_changed.connect(self.hidden_changed)
        self.tree = _LegendTree(theme)
        self.tree.setModel(self.model)
        self.tree.dress()
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._ask_menu)
        self.tree.place_asked.connect(self.place_asked)
        self._foot = Label(language, theme, size="rail", tone="faint", wrap=True)
        self._foot.setObjectName("panelFoot")
        self._foot.setContentsMargins(12, 6, 12, 6)
        self._foot.hide()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._nothing())
        self._pages.addWidget(self.tree)
        self._pages.addWidget(QWidget())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(Line())
        column.addWidget(self._pages, 1)
        column.addWidget(self._foot)

    def show_rows(self, rows: Sequence[LegendRow]) -> None:
        """Show the legend; none means the register is empty."""
        unfolded = {row.id: is_unfolded for row, is_unfolded in self._top()}
        self.model.show(rows)
        self.tree.fit_numbers(rows)
        for number, (row, _) in enumerate(self._top()):
            # The mains are what a map of water is about; the rest unfolds on wish, and stays as it was.
            is_unfolded = unfolded.get(row.id, row.is_about or row.metres is not None)
            self.tree.setExpanded(self.model.index(number, NAME), is_unfolded)
        self._pages.setCurrentIndex(1 if rows else 0)

    def _ask_menu(self, at: QPoint) -> None:
        index = self.tree.indexAt(at)
        if index.isValid():
            row: LegendRow = index.data(Qt.ItemDataRole.UserRole)
            self.menu_asked.emit(row.id, self.tree.viewport().mapToGlobal(at))

    def _top(self) -> list[tuple[LegendRow, bool]]:
        """The rows of the first level, and whether each is unfolded."""
        indexes = [self.model.index(number, NAME) for number in range(self.model.rowCount())]
        return [(index.data(Qt.ItemDataRole.UserRole), self.tree.isExpanded(index)) for index in indexes]

    def show_loading(self) -> None:
        """A register was opened; its legend is on the way."""
        self.model.show(())
        self._pages.setCurrentIndex(2)

    def show_note(self, words: Message | None) -> None:
        """A line at the foot: what is not drawn at this scale."""
        self._foot.show_words(words or "")
        self._foot.setVisible(words is not None)

    def _head(self) -> QWidget:
        head = PanelHead(self._language, self._theme, Message("window.layers"))
        group = QButtonGroup(self)
        for words, in_view in (
            (Message("window.layers.all"), False),
            (Message("window.layers.in_view"), True),
        ):
            button = QToolButton()
            button.setObjectName("segment")
            button.setFont(self._theme.font("small"))
            button.setCheckable(True)
            button.setChecked(not in_view)
            self._language.say(button, "setText", words)
            button.clicked.connect(lambda _=False, chosen=in_view: self.in_view_changed.emit(chosen))
            group.addButton(button)
            head.add(button)
            if not in_view:
                head.add(Line(upright=True, length=12))
        return head

    def _nothing(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 24, 16, 16)
        column.setSpacing(8)
        language, theme = self._language, self._theme
        column.addWidget(Label(language, theme, Message("window.layers.empty"), strong=True, wrap=True))
        column.addWidget(Label(language, theme, Message("window.layers.empty.text"), tone="quiet", wrap=True))
        column.addSpacing(4)
        for words, kind, action in (
            (Message("action.import"), "primary", "file.import"),
            (Message("action.sample"), "link", "file.sample"),
        ):
            button = Button(language, words, kind)  # type: ignore[arg-type]
            button.clicked.connect(lambda _=False, asked=action: self.start_asked.emit(asked))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return page


class _LegendTree(QTreeView):
    """A tree whose numbers stand in columns and whose swatches are the map's own."""

    place_asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("legendTree")
        self.setFont(theme.font("small"))
        self.setIndentation(10)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QTreeView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_LegendDelegate(theme, self))
        theme.changed.connect(self.viewport().update)

    def dress(self) -> None:
        """Set the widths of the columns, once there is a model."""
        header = self.header()
        header.setStretchLastSection(False)
        header.setFont(self.font())
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in NUMBER_WIDTHS.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A name pressed twice is asked where it lies; a box pressed twice is only off and on again."""
        super().mouseDoubleClickEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        box = self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth)
        named = self.visualRect(index.siblingAtColumn(NAME)).left() + 2 * box
        if index.isValid() and at.x() > named:
            self.place_asked.emit(index.data(Qt.ItemDataRole.UserRole).id)

    def fit_numbers(self, rows: Sequence[LegendRow]) -> None:
        """Make room for the longest number of each column: a city has millions of meters, and none is cut."""
        every = [each for row in rows for each in (row, *row.children)]
        for column, least in NUMBER_WIDTHS.items():
            texts = [number_text(row, column) for row in every]
            longest = max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0)
            self.header().resizeSection(column, max(least, longest + _BESIDE))


class _LegendDelegate(QStyledItemDelegate):
    """Draws the swatch between check box and name; numbers in lighter ink."""

    def __init__(self, theme: Theme, parent: QTreeView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, self._theme.size("row_tree") + 2)

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        row: LegendRow = index.data(Qt.ItemDataRole.UserRole)
        if index.column() == NAME and row.swatch is not None:
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.decorationSize = QSize(*SWATCH)
            option.icon = QIcon(row.swatch(*SWATCH))
        if index.column() == LENGTH or row.scale is not None:
            option.palette.setColor(option.palette.ColorRole.Text, self._theme.color("text3"))
        if row.scale is not None and row.swatch is not None and index.column() == NAME:
            # Not drawn at this scale: as faint as what cannot be used.
            option.icon = QIcon(_faint(row.swatch(*SWATCH)))


def _faint(pixmap: QPixmap) -> QPixmap:
    """The picture as a breath of itself."""
    faint = QPixmap(pixmap.size())
    faint.setDevicePixelRatio(pixmap.devicePixelRatio())
    faint.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faint)
    painter.setOpacity(_FAINT)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return faint
