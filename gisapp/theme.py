"""The look of the window: colours, sizes, fonts and icons from ``resources/themes``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import tomli
from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory

from gisapp.icon_font import IconColours, font_icon
from layers.model.catalogue import AssetType
from layers.resources import resource_root
from layers.scene.palettes import resolve

THEMES = ("light", "dark")
#: A map on paper; no window looks so.
PRINT = "print"
CHOICES = ("system", *THEMES)

_FAMILIES = (
    "Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC", "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
)  # fmt: skip
_SIGNS = {"point": "map-pin", "line": "path", "polygon": "polygon"}
_PLACEHOLDER = re.compile(r"@([a-z]\w*(?:\.\w+)?)")


class ThemeColours(dict[str, QColor]):
    """Colours by token; a step of a palette or ``#RRGGBB`` is worked out for the theme's ground when asked for.

    ``KeyError`` for what is no colour.
    """

    def __missing__(self, name: str) -> QColor:
        tokens = {"map_land": dict.__getitem__(self, "map_land").name()}
        colour = QColor(resolve(name, tokens))
        self[name] = colour
        return colour


class Theme(QObject):
    """Light or dark. ``changed`` is told after the whole application looks different."""

    changed = Signal()

    def __init__(self, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._measures = _read("measures")
        self._colors = _read(self.name)["color"]
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def choice(self) -> str:
        """What the user asked for: ``system``, ``light`` or ``dark``."""
        return self._choice

    @property
    def name(self) -> str:
        """What is shown: ``light`` or ``dark``."""
        if self._choice in THEMES:
            return self._choice
        return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"

    def use(self, choice: str) -> None:
        """Look as ``choice`` from now on."""
        self._choice = choice
        self.apply()

    def apply(self) -> None:
        """Dress the application."""
        self.prepare()
        self.finish()
        self.changed.emit()

    def prepare(self) -> None:
        """Dress it but for the style sheet: with that, a window is put together four times as slowly."""
        self._colors = _read(self.name)["color"]
        application = _application()
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(self.font())
        application.setPalette(self._palette())

    def finish(self) -> None:
        """The rest, once the first window is put together and before it is shown."""
        sheet = self._style_sheet()
        if _application().styleSheet() != sheet:
            _application().setStyleSheet(sheet)

    def color(self, key: str) -> QColor:
        """The colour of a token."""
        return QColor(self._colors[key])

    def colors(self) -> ThemeColours:
        """Every token's colour, for painters that outlive a change of theme."""
        return ThemeColours((key, QColor(value)) for key, value in self._colors.items())

    def size(self, key: str) -> int:
        """A width or height in px."""
        return int(self._measures["size"][key])

    def font(self, key: str = "base", *, strong: bool = False) -> QFont:
        """A font of the type scale with digits of equal width; ``strong`` is for headings."""
        font = QFont(font_families())
        font.setPixelSize(int(self._measures["type"][key]))
        font.setFeature(QFont.Tag("tnum"), 1)
        if strong:
            font.setWeight(strong_weight())
        return font

    def icon(self, name: str, color: str = "text2", active: str | None = None) -> QIcon:
        """An icon of the Phosphor family in a token's colour; ``active`` colours its checked state."""
        off = self.color(color)
        on = off if active is None else self.color(active)
        faint = _mix(self.color("text3"), self.color("panel"), 0.55)
        return font_icon(name, IconColours(off, on, faint))

    def pixmap(self, name: str, size: int, color: str = "text2") -> QPixmap:
        """An icon as a picture of ``size`` px, sharp on any screen."""
        return self.icon(name, color).pixmap(QSize(size, size), _ratio())

    def type_symbol(self, asset_type: AssetType, size: int, color: str = "map_ink") -> QPixmap:
        """The trade's symbol of a type (``resources/icons/assets``) in the theme's ink, else a plain sign."""
        path = resource_root() / "icons" / "assets" / f"{asset_type.icon}.svg"
        if asset_type.icon is None or not path.is_file():
            sign = "user" if asset_type.group == "people" else _SIGNS.get(asset_type.shape or "", "file-text")
            return self.pixmap(sign, size, "text2")
        return _symbol(path, size, _ratio(), self.color(color).name(), self.color("map_symbol_fill").name())

    def _follow_system(self) -> None:
        if self._choice == "system":
            self.apply()

    def _style_sheet(self) -> str:
        template = (_folder() / "widgets.qss").read_text(encoding="utf-8")
        return _PLACEHOLDER.sub(lambda match: self._token(match.group(1)), template)

    def _token(self, name: str) -> str:
        group, dot, key = name.partition(".")
        if name == "strong":
            return str(strong_weight().value)
        if name == "icons":
            return (resource_root() / "icons" / "window" / self.name).as_posix()
        return str(self._measures[group][key]) if dot else str(self._colors[name])

    def _palette(self) -> QPalette:
        roles = QPalette.ColorRole
        palette = QPalette()
        for role, key in (
            (roles.Window, "window"), (roles.WindowText, "text"), (roles.Base, "panel"),
            (roles.AlternateBase, "sunken"), (roles.Text, "text"), (roles.Button, "panel"),
            (roles.ButtonText, "text"), (roles.BrightText, "danger"), (roles.Highlight, "accent"),
            (roles.HighlightedText, "accent_text"),
            (roles.ToolTipBase, "raised"), (roles.ToolTipText, "text"),
            (roles.PlaceholderText, "text3"), (roles.Link, "accent_ink"), (roles.LinkVisited, "accent_ink"),
            (roles.Light, "raised"), (roles.Midlight, "hover"), (roles.Mid, "border"),
            (roles.Dark, "border_strong"), (roles.Shadow, "border"), (roles.Accent, "accent"),
        ):  # fmt: skip
            palette.setColor(role, self.color(key))
        faint = _mix(self.color("text3"), self.color("panel"), 0.75)
        for role in (roles.Text, roles.WindowText, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
        return palette


def theme_colours(name: str) -> ThemeColours:
    """Every colour of the theme ``light``, ``dark`` or ``print`` by its token, for maps and print."""
    colors = dict(_read(name)["color"])
    if name == PRINT:
        colors = {**_read("light")["color"], **colors}
    return ThemeColours((key, QColor(value)) for key, value in colors.items())


def _mix(first: QColor, second: QColor, share: float) -> QColor:
    """``share`` of the first, the rest of the second."""

    def part(one: int, other: int) -> int:
        return round(one * share + other * (1 - share))

    return QColor(
        part(first.red(), second.red()),
        part(first.green(), second.green()),
        part(first.blue(), second.blue()),
    )


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


def _folder() -> Path:
    return resource_root() / "themes"


@lru_cache(maxsize=8)
def _read(name: str) -> Mapping[str, Any]:
    with (_folder() / f"{name}.toml").open("rb") as file:
        return tomli.load(file)


@lru_cache(maxsize=1)
def font_families() -> list[str]:
    """The families to write with: the system's Chinese sans first, a packaged one where it has none."""
    known = set(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
    found = [family for family in _FAMILIES if family in known]
    if not found and not known:
        for path in sorted((resource_root() / "fonts").glob("*.[to]t[fc]")):
            number = QFontDatabase.addApplicationFont(str(path))
            found += QFontDatabase.applicationFontFamilies(number)
    return (
        found
        or sorted(known)[:1]
        or [QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()]
    )


@lru_cache(maxsize=1)
def strong_weight() -> QFont.Weight:
    """Weight 600 where the family has one; else bold, which Qt makes even of a family without any."""
    family = font_families()[0]
    weights = {QFontDatabase.weight(family, style) for style in QFontDatabase.styles(family)}
    return QFont.Weight.DemiBold if QFont.Weight.DemiBold.value in weights else QFont.Weight.Bold


def _ratio() -> float:
    application = QGuiApplication.instance()
    return application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0


@lru_cache(maxsize=256)
def _symbol(path: Path, size: int, ratio: float, ink: str, fill: str) -> QPixmap:
    drawing = path.read_text(encoding="utf-8").replace("currentColor", ink).replace("var(--fill)", fill)
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
