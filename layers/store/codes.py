"""Running numbers of business codes (GD-000123): none is given twice, not even after an undo."""

from __future__ import annotations

import sqlalchemy as sa

from layers.model.catalogue import AssetType
from layers.store.schema import CODE, Schema

_DIGITS = "0123456789"


class RunningNumbers:
    """The numbers that one writing transaction gives; ``write`` keeps the last ones with its commit."""

    def __init__(self, connection: sa.Connection, schema: Schema) -> None:
        self._connection = connection
        self._schema = schema
        self._last: dict[str, int] = {}
        self._stored: dict[str, int | None] = {}

    def take(self, asset_type: AssetType, count: int = 1) -> int:
        """The first of ``count`` running numbers whose codes are free."""
        first = self._last_of(asset_type) + 1
        if count > 1 or self._is_taken(asset_type, first):
            first = max(first, self._greatest(asset_type) + 1)
        self._last[asset_type.name] = first + count - 1
        return first

    def write(self) -> None:
        """Note the last numbers given."""
        counter = self._schema.counter
        for name, value in self._last.items():
            if self._stored[name] is None:
                self._connection.execute(counter.insert().values(name=name, value=value))
            elif self._stored[name] != value:
                self._connection.execute(counter.update().where(counter.c.name == name).values(value=value))
            self._stored[name] = value

    def _last_of(self, asset_type: AssetType) -> int:
        name = asset_type.name
        if name not in self._last:
            counter = self._schema.counter
            # Locked: on a server another transaction waits here instead of giving the same numbers.
            mine = sa.select(counter.c.value).where(counter.c.name == name).with_for_update()
            stored = self._connection.execute(mine).scalar()
            self._stored[name] = stored
            self._last[name] = self._greatest(asset_type) if stored is None else stored
        return self._last[name]

    def _is_taken(self, asset_type: AssetType, number: int) -> bool:
        column = self._schema.assets[asset_type.name].c[CODE]
        same = sa.func.lower(column) == sa.func.lower(asset_type.code(number))
        return self._connection.execute(sa.select(column).where(same)).first() is not None

    def _greatest(self, asset_type: AssetType) -> int:
        """The greatest number among the codes of the pattern, by whomever given."""
        code = sa.func.lower(self._schema.assets[asset_type.name].c[CODE])
        prefix = f"{asset_type.code_prefix}-".lower()
        number = sa.func.substr(code, len(prefix) + 1)
        ours = (
            sa.func.substr(code, 1, len(prefix)) == prefix,
            number != "",
            sa.func.rtrim(number, _DIGITS) == "",
            # Longer numbers are somebody's own scheme (a date, a serial): not to be counted on from.
            sa.func.length(number) <= asset_type.code_digits + 2,
        )
        greatest = sa.select(sa.func.max(sa.cast(number, sa.BigInteger))).where(*ours)
        return int(self._connection.execute(greatest).scalar() or 0)
