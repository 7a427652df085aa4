"""Names as PostgreSQL wants them quoted. Its dialect is loaded with the first: who works on a file needs none."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.later import Later

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql
else:
    postgresql = Later("sqlalchemy.dialects.postgresql")


def quote(name: str) -> str:
    """``name`` in quotation marks where it needs them."""
    return _preparer().quote(name)


@lru_cache(maxsize=1)
def _preparer() -> sa.sql.compiler.IdentifierPreparer:
    return postgresql.base.PGDialect().identifier_preparer  # type: ignore[no-untyped-call]
