"""Selecting from one asset on: what lies here, all of its type, of its class in the legend, of its size."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal

from gisapp.map.canvas import MapCanvas
from gisapp.panels.map_selection import MapSelection
from gisapp.session import Session
from gisapp.tools.select import keys_near
from layers.model.asset import AssetKey
from layers.model.fields import Field, IntegerField
from layers.model.query import Compare, Comparison
from layers.model.selection import Selection
from layers.scene.selecting import select_all, select_same_class


class MapSame(QObject):
    """Means the asset under the map's menu while that was asked for last, else the one selected."""

    reference_changed = Signal()

    def __init__(self, canvas: MapCanvas, session: Session, selection: MapSelection, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._session, self._selection = canvas, session, selection
        self._under_menu: AssetKey | None = None
        self._place = (0.0, 0.0)
        canvas.menu_asked.connect(self._note_menu)
        session.selection_changed.connect(self._forget_menu)

    @property
    def reference(self) -> AssetKey | None:
        """The asset that is meant."""
        return self._under_menu or self._session.selection.only

    @property
    def is_on_map(self) -> bool:
        """Whether the map's menu was asked for on an asset."""
        return self._under_menu is not None

    @property
    def size_field(self) -> Field | None:
        """The nominal size of the reference's type, if it has one."""
        register, key = self._session.register, self.reference
        if register is None or key is None:
            return None
        fields = register.catalogue[key.type].columns
        return next((f for f in fields if isinstance(f, IntegerField) and f.unit == "mm"), None)

    def identify(self) -> None:
        """Open what lies where the map's menu was asked for; where several do, let one be chosen."""
        at = QPointF(*self._canvas.viewport.to_pixel(*self._place))
        keys = keys_near(self._canvas, at)
        if len(keys) > 1:
            self._selection.choose(keys, at, "new")
        else:
            self._selection.take(keys, "new")

    def take_type(self) -> None:
        """Select everything on the map that is of the reference's type."""
        key, hidden = self.reference, self._canvas.hidden
        if key is not None:
            self._selection.find(
                lambda scene, _: Selection({key.type: select_all(scene, hidden=hidden).ids(key.type)})
            )

    def take_class(self) -> None:
        """Select everything of the reference's class in the legend."""
        key = self.reference
        if key is not None:
            self._selection.find(lambda scene, _: select_same_class(scene, key))

    def take_size(self) -> None:
        """Select everything of the reference's type and nominal size."""
        register, key, field = self._session.register, self.reference, self.size_field
        if register is None or key is None or field is None:
            return
        asset = register.get(key.type, key.id)
        if asset is not None:
            size = asset.get(field.name)
            sign: Comparison = "is null" if size is None else "="
            self._selection.take_condition(key.type, Compare(field.name, sign, size))

    def _note_menu(self, _: object, x: float, y: float) -> None:
        self._place = x, y
        hits = self._canvas.near(QPointF(*self._canvas.viewport.to_pixel(x, y)))
        key = AssetKey(hits[0].type, hits[0].id) if hits else None
        # A right click selects what it is asked of, unless that belongs to what is selected already.
        if key is not None and key not in self._session.selection:
            self._session.select((key,))
        self._under_menu = key
        self.reference_changed.emit()

    def _forget_menu(self, _: object) -> None:
        self._under_menu = None
