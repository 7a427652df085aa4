"""Photos of a package: those in the file itself, those beside it; counted, and those that are missing named."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.census.packages.back.whole_pictures import is_whole
from layers.census.packages.out.checkout import PHOTO_COLUMNS, PHOTO_TABLE, PHOTOS
from layers.model.asset import AssetKey
from layers.model.proof import ATTACHMENT
from layers.store import content_type
from layers.store.attach import attach, safe_name
from layers.store.edit import Edit
from layers.store.packages import PackageFile
from layers.store.value_rules import ValuesRefused

_LOG = logging.getLogger(__name__)
_FOLDERS = (PHOTOS, "DCIM", "files")


@dataclass(frozen=True)
class Photo:
    """A photo of the asset that the file calls ``type``, ``id``: its content lies in the file, or at ``path``."""

    type: str
    id: int
    name: str
    sha256: str
    path: Path | None
    values: Mapping[str, Any]

    def content(self, file: PackageFile) -> bytes | None:
        """The bytes; None when they are gone since."""
        if self.path is None:
            return file.blob(self.sha256)
        try:
            data = self.path.read_bytes()
        except OSError as error:
            _LOG.info("%s: %s", self.path, error)
            return None
        return data if hashlib.sha256(data).hexdigest() == self.sha256 else None


@dataclass(frozen=True)
class Photos:
    """What there is: ``missing`` are named by the file and nowhere to be found, ``loose`` lie there unnamed.

    ``broken`` were cut off on their way and are not taken; ``unshown`` of ``found`` are of a kind that is kept as it is
    and cannot be looked at here.
    """

    found: tuple[Photo, ...] = ()
    missing: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    unshown: int = 0


def photos_of(
    file: PackageFile, beside: Path, known: Collection[int], check: Callable[[], None] = lambda: None
) -> Photos:
    """The photos of a file that came back, ``beside`` the place where it was. ``known``: attachments that went out;
    ``check`` is called for each and may raise to stop."""
    read = [(_digest(path), path) for path in sorted(_lying(beside), reverse=True)]
    there = [(digest, path) for digest, path in read if digest is not None]
    lying = dict(there)
    # One content may lie there under several names: each of them is known.
    named = {path.name.casefold(): (digest, path) for digest, path in there}
    found: list[Photo] = []
    missing: list[str] = []
    for id, row in file.rows(ATTACHMENT).items():
        if id in known:
            continue
        name, digest = str(row.get("file_name") or ""), str(row.get("sha256") or "")
        values = {k: v for k, v in row.items() if k in ("kind", "taken_at", "taken_by", "remark") and v}
        if file.blob(digest) is not None:
            _add(found, str(row.get("target") or ""), safe_name(name), digest, None, values)
        elif digest in lying:
            # Renamed on the way: it is known by its content.
            _add(found, str(row.get("target") or ""), safe_name(name), digest, lying[digest], values)
        else:
            missing.append(name)
    for row in file.plain(PHOTO_TABLE, tuple(PHOTO_COLUMNS)):
        name = str(row.get("path") or "").replace("\\", "/").rpartition("/")[2]
        at = named.get(name.casefold())
        if not name:
            continue
        if at is None:
            missing.append(name)
            continue
        values = {k: row[k] for k in ("kind", "taken_at") if row.get(k)}
        _add(found, f"{row.get('target_type')}:{row.get('target_id')}", safe_name(name), *at, values)
    used = {photo.sha256 for photo in found}
    loose = sorted(path.name for digest, path in lying.items() if digest not in used)
    taken, broken, unshown = [], set(), 0
    kinds: dict[str, tuple[str, bool]] = {}
    for photo in found:
        check()
        if photo.sha256 not in kinds:
            data = photo.content(file) or b""
            kind = content_type.of(data, photo.name)
            kinds[photo.sha256] = kind, is_whole(data, kind)
        kind, is_there = kinds[photo.sha256]
        if is_there:
            taken.append(photo)
            unshown += kind == content_type.HEIC
        else:
            broken.add(photo.name)
    return Photos(tuple(taken), tuple(sorted(set(missing))), tuple(loose), tuple(sorted(broken)), unshown)


def attach_photo(edit: Edit, key: AssetKey, photo: Photo, data: bytes) -> None:
    """Attach a photo to what it is of. When and as what it was taken, told in no known way, costs nobody the photo.

    Raises ``UserError`` for what is no photo.
    """
    values = dict(photo.values)
    try:
        attach(edit, *key, photo.name, data, values)
    except ValuesRefused as error:
        wrong = {problem.field for problem in error.problems}
        if not wrong or wrong - values.keys():
            raise
        known = {name: value for name, value in values.items() if name not in wrong}
        attach(edit, *key, photo.name, data, known)


def _add(
    found: list[Photo], target: str, name: str, digest: str, path: Path | None, values: Mapping[str, Any]
) -> None:
    key = AssetKey.of_link(target)
    if key is not None and not any((p.type, p.id, p.sha256) == (*key, digest) for p in found):
        found.append(Photo(*key, name, digest, path, values))


def _lying(beside: Path) -> Iterable[Path]:
    for folder in _FOLDERS:
        if (beside / folder).is_dir():
            # A link would lead out of the folder.
            yield from (p for p in (beside / folder).rglob("*") if p.is_file() and not _is_link(p, beside))


def _is_link(path: Path, beside: Path) -> bool:
    return any(
        part.is_symlink() for part in (path, *path.parents) if part.is_relative_to(beside) and part != beside
    )


def _digest(path: Path) -> str | None:
    """The hash of a file; None for one that cannot be read: it counts as not there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        _LOG.info("%s: %s", path, error)
        return None
