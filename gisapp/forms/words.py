"""Labels and buttons that speak the window's language in the theme's type scale."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from gisapp.language import Language, Words
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.text import Message

Tone = Literal["", "quiet", "faint", "danger", "warn", "ok", "link"]
Kind = Literal["", "primary", "link"]


class Label(QLabel):
    """A text; ``show_words`` changes it. Long texts wrap when ``wrap`` is set."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        words: Words = "",
        *,
        size: str = "base",
        strong: bool = False,
        tone: Tone = "",
        wrap: bool = False,
    ) -> None:
        super().__init__()
        self._language = language
        self.setFont(theme.font(size, strong=strong))
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.show_words(words)

    def show_words(self, words: Words) -> None:
        """Say this from now on, in either language."""
        self._language.say(self, "setText", words)

    def set_tone(self, tone: Tone) -> None:
        """Colour it anew."""
        set_style(self, "tone", tone)


class ElidedLabel(Label):
    """A label of one line that ends in … where there is no room; the whole text is its tool tip."""

    def __init__(self, language: Language, theme: Theme, words: Words = "", **options: object) -> None:
        self._whole = ""
        super().__init__(language, theme, words, **options)  # type: ignore[arg-type]
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        self._whole = text
        self._elide()
        self.updateGeometry()

    def text(self) -> str:
        return self._whole

    def resizeEvent(self, event: object) -> None:
        self._elide()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 24))
        super().setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != self._whole else "")


class Button(QPushButton):
    """A push button in the window's language."""

    def __init__(self, language: Language, words: Words, kind: Kind = "") -> None:
        super().__init__()
        self._language = language
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.show_words(words)

    def show_words(self, words: Words) -> None:
        self._language.say(self, "setText", words)


class IconButton(QToolButton):
    """A tool button with an icon of the theme, a tip, and words beside it when ``words`` is given."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        icon: str,
        tip: Message,
        *,
        words: Words = "",
        color: str = "text2",
        active: str | None = None,
        checkable: bool = False,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._look = (icon, color, active)
        self.setCheckable(checkable)
        self.setIconSize(QSize(theme.size("icon"), theme.size("icon")))
        self.setMinimumHeight(theme.size("control"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        language.hint(self, tip)
        if words:
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            language.say(self, "setText", words)
        theme.changed.connect(self._draw)
        self._draw()

    def set_icon_name(self, icon: str) -> None:
        """Show another icon."""
        self._look = (icon, *self._look[1:])
        self._draw()

    def _draw(self) -> None:
        icon, color, active = self._look
        self.setIcon(self._theme.icon(icon, color, active))


class Line(QFrame):
    """A hairline between parts; upright when ``upright``, then of this ``length`` or as high as what it parts."""

    def __init__(self, *, upright: bool = False, length: int = 0) -> None:
        super().__init__()
        self.setObjectName("line")
        if upright and length:
            self.setFixedSize(1, length)
        elif upright:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class IconLabel(QLabel):
    """An icon of the theme as a picture of its own."""

    def __init__(self, theme: Theme, icon: str, size: int = 16, color: str = "text2") -> None:
        super().__init__()
        self._theme = theme
        self._look = (icon, size, color)
        self.setFixedSize(size, size)
        theme.changed.connect(self._draw)
        self._draw()

    def show_icon(self, icon: str, color: str) -> None:
        """Show another icon."""
        self._look = (icon, self._look[1], color)
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(self._theme.pixmap(*self._look))


class SymbolLabel(QLabel):
    """The trade's symbol of an asset type."""

    def __init__(self, theme: Theme, size: int) -> None:
        super().__init__()
        self._theme = theme
        self._size = size
        self._type: AssetType | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.changed.connect(self._draw)

    def show_type(self, asset_type: AssetType) -> None:
        """Show the symbol of ``asset_type``."""
        self._type = asset_type
        self._draw()

    def _draw(self) -> None:
        if self._type is not None:
            self.setPixmap(self._theme.type_symbol(self._type, self._size))


def set_style(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet asks for, and dress the widget anew."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
