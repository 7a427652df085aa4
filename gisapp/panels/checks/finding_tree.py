"""The tree of findings: quiet selection, the count of a rule at the right edge."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from gisapp.panels.checks.finding_model import COUNT_ROLE, TEXT, FindingModel
from gisapp.theme import Theme


class FindingTree(QTreeView):
    """Shows a FindingModel; walks from finding to finding over the borders of rules."""

    def __init__(self, theme: Theme, model: FindingModel) -> None:
        super().__init__()
        self._theme, self._findings = theme, model
        self.setModel(model)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setIconSize(QSize(14, 14))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(theme.font("small"))
        self.setItemDelegate(RuleDelegate(self))
        theme.changed.connect(self._colour)
        self._colour()

    @property
    def unfolded(self) -> set[str]:
        """The rules whose findings are listed."""
        rows = (self._findings.index(row, TEXT) for row in range(self._findings.rowCount()))
        rules = (self._findings.rule_at(index) for index in rows if self.isExpanded(index))
        return {rule.rule for rule in rules if rule is not None}

    def unfold(self, rules: set[str]) -> None:
        """List the findings of these rules."""
        for name in rules:
            index = self._findings.index_of_rule(name)
            if index.isValid():
                self.expand(index)

    def unfold_first(self, count: int) -> None:
        """List the findings of so many rules from the top."""
        for row in range(min(self._findings.rowCount(), count)):
            self.expand(self._findings.index(row, TEXT))

    def step(self, by: int) -> None:
        """Go to the next finding (1) or the one before (-1)."""
        index = self.currentIndex()
        for _ in range(2 * self._findings.rowCount() + 2):
            index = self._beside(index, by)
            if not index.isValid() or self._findings.finding_at(index) is not None:
                break
        if index.isValid():
            self.setCurrentIndex(index)

    def _beside(self, index: QModelIndex, by: int) -> QModelIndex:
        """The row below or above, unfolding rules on the way."""
        model = self._findings
        if not index.isValid():
            return model.index(0 if by > 0 else model.rowCount() - 1, TEXT)
        if by > 0:
            if model.finding_at(index) is None:
                self.expand(index)
            parent = index.parent()
            if parent.isValid() and index.row() == model.rowCount(parent) - 1 and model.canFetchMore(parent):
                model.fetchMore(parent)
            return self.indexBelow(index)
        above = self.indexAbove(index)
        if above.isValid() and model.finding_at(above) is None and not self.isExpanded(above):
            self.expand(above)
            return self.indexAbove(index)
        return above

    def _colour(self) -> None:
        """The chosen row in the quiet colour of lists, its indent too."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Highlight, self._theme.color("selection_row"))
        palette.setColor(QPalette.ColorRole.HighlightedText, self._theme.color("text"))
        self.setPalette(palette)


class RuleDelegate(QStyledItemDelegate):
    """A rule with its count at the right edge."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        count = index.data(COUNT_ROLE)
        if count is None:
            super().paint(painter, option, index)
            return
        whole = QRect(option.rect)
        width = option.fontMetrics.horizontalAdvance(count) + 16
        part = QStyleOptionViewItem(option)
        part.rect = whole.adjusted(0, 0, -width, 0)
        super().paint(painter, part, index)
        painter.save()
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        right = whole.adjusted(0, 0, -8, 0)
        painter.drawText(right, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), count)
        painter.restore()
