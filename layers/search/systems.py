"""Finding a coordinate system by typing: number, name, meridian; those of China's cities first."""

from __future__ import annotations

from functools import lru_cache

from pyproj.database import query_crs_info
from pyproj.enums import PJType

from layers.errors import UserError
from layers.geometry.crs import Crs, cgcs2000_zone
from layers.search.text_column import squeeze


@lru_cache(maxsize=1)
def usual_systems() -> tuple[Crs, ...]:
    """The systems offered before anything is typed: CGCS2000 3-degree zones, then local coordinates."""
    return (*(cgcs2000_zone(meridian) for meridian in range(105, 136, 3)), *_western(), Crs.parse("local"))


def _western() -> tuple[Crs, ...]:
    return tuple(cgcs2000_zone(meridian) for meridian in range(75, 105, 3))


def find_systems(text: str, limit: int = 40) -> list[Crs]:
    """Metric systems whose code or name holds every word of ``text``; the usual ones first."""
    words = [squeeze(word) for word in text.split()]
    if not words:
        return list(usual_systems())
    found = [crs for crs in usual_systems() if _fits(crs, words)]
    known = {crs.code for crs in found}
    for code, name in _projected_names():
        if len(found) >= limit:
            break
        searched = squeeze(f"epsg{code}{name}")
        if f"EPSG:{code}" not in known and all(word in searched for word in words):
            crs = _metric(code)
            if crs is not None:
                found.append(crs)
    return found


def _fits(crs: Crs, words: list[str]) -> bool:
    searched = squeeze(f"{crs.code}{crs.title.zh}{crs.title.en}")
    return all(word in searched for word in words)


@lru_cache(maxsize=1)
def _projected_names() -> tuple[tuple[str, str], ...]:
    entries = query_crs_info("EPSG", [PJType.PROJECTED_CRS])
    named = [(entry.code, entry.name) for entry in entries if not entry.deprecated]
    return tuple(sorted(named, key=lambda pair: not pair[1].startswith("WGS 84 / UTM")))


@lru_cache(maxsize=512)
def _metric(code: str) -> Crs | None:
    try:
        crs = Crs.parse(f"EPSG:{code}")
    except UserError:
        return None
    return crs if crs.is_metric else None
