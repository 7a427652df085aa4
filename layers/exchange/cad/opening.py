"""Opening a drawing: its layers and blocks first, then one entity after another, so that a large one needs no room.

A file that breaks off is read up to there. One whose structure is damaged is repaired by the library as far as it can.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import Cancelled, UserError
from layers.exchange.cad.tags import DamagedError, TagReader
from layers.exchange.foreign import problem
from layers.feedback import Feedback
from layers.later import Later
from layers.model.problem import Problem
from layers.text import Message

if TYPE_CHECKING:
    from ezdxf import document, recover
    from ezdxf.entities import factory, subentity
    from ezdxf.lldxf import extendedtags, tags, types
else:
    document = Later("ezdxf.document")
    recover = Later("ezdxf.recover")
    factory = Later("ezdxf.entities.factory")
    subentity = Later("ezdxf.entities.subentity")
    extendedtags = Later("ezdxf.lldxf.extendedtags")
    tags = Later("ezdxf.lldxf.tags")
    types = Later("ezdxf.lldxf.types")

_MOST_REPAIRED = 256 << 20
_LOG = "ezdxf"


@dataclass
class Opened:
    """A drawing whose head was read. ``entities`` can be gone through once; ``remarks`` are whole after that."""

    document: Any
    entities: Iterator[Any]
    remarks: list[Problem] = field(default_factory=list)


class BrokenEntity:
    """Stands for an entity that is not as its kind must be."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def opened(reader: TagReader, *, strict: bool = True) -> Opened:
    """The drawing, read as it comes. ``strict``: raises ``DamagedError`` at whatever a repair may do better, also while
    the entities are gone through; else all that comes before it is read.
    """
    reader.open()
    try:
        found = document.Drawing.load(_head(reader.tags()))
    except (DamagedError, Cancelled):
        reader.close()
        raise
    except Exception as error:
        reader.close()
        raise DamagedError(reader.line) from error
    result = Opened(found, iter(()))
    result.entities = _entities(result, reader, strict)
    return result


def repaired(path: Path, feedback: Feedback) -> Opened:
    """The drawing as the library repairs it, whole in memory. Raises ``UserError`` when nothing can be read."""
    feedback.check()
    cause: BaseException | None = None
    if path.stat().st_size <= _MOST_REPAIRED:
        content = path.read_bytes()
        for loader in (recover.bytes_loader, recover.synced_bytes_loader):
            try:
                tool = recover.Recover.run(io.BytesIO(content), loader=loader, errors="ignore")
                found, _ = recover._load_and_audit_document(tool)
            except Exception as error:  # noqa: BLE001 - whatever a damaged file makes the library say
                cause = error
                continue
            mended = problem("cad_repaired", "warning", Message("cad.repaired"))
            return Opened(found, iter(found.modelspace()), [mended])
    raise unreadable(path, cause)


def unreadable(path: Path, cause: BaseException | None) -> UserError:
    """What to tell of a drawing of which nothing can be read."""
    said = str(cause).splitlines()[0][:200] if str(cause or "") else ""
    detail = Message("format.gdal_said", {"text": said}) if said else None
    return UserError(Message("cad.unreadable", {"file": path.name}), Message("cad.unreadable.hint"), detail)


def _head(stream: Iterator[Any]) -> Iterator[Any]:
    """All tags up to the entities, closed as a file of its own."""
    before: Any = None
    for tag in stream:
        yield tag
        if before == (0, "SECTION") and tag == (2, "ENTITIES"):
            yield types.DXFTag(0, "ENDSEC")
            yield types.DXFTag(0, "EOF")
            return
        before = tag


def _entities(drawing: Opened, reader: TagReader, strict: bool) -> Iterator[Any]:
    """The entities of the section, with what belongs to each; what is broken comes as ``BrokenEntity``."""
    section = _Section(reader.values())
    linked = subentity.entity_linker()
    waiting: Any = None
    read = 0
    try:
        for group in section.groups():
            try:
                entity = factory.load(extendedtags.ExtendedTags(group), drawing.document)
                belongs = linked(entity)
            except Exception:  # noqa: BLE001 - whatever a damaged entity makes the library say
                linked, waiting = subentity.entity_linker(), None
                yield BrokenEntity(str(group[0].value))
                continue
            if not belongs:
                # Vertices and attributes that miss their end have one here.
                yield from _given(waiting)
                waiting = entity
                if _is_followed(entity):
                    continue
            elif entity.dxftype() != "SEQEND":
                continue
            read += 1
            yield from _given(waiting)
            waiting = None
        if section.ended and strict and not _is_sound(reader.tags()):
            raise DamagedError(reader.line)
    except (Cancelled, GeneratorExit):
        raise
    except Exception as error:
        if strict or read == 0:
            raise DamagedError(reader.line) from error
        section.ended = False
    finally:
        reader.close()
    if not section.ended:
        # What stood last may be cut off itself.
        message = Message("format.breaks_off", {"line": reader.line, "kept": read})
        drawing.remarks.append(problem("file_breaks_off", "error", message))
    else:
        yield from _given(waiting)


def _given(entity: Any) -> Generator[Any, None, None]:
    """The entity, if there is one; then there is none."""
    if entity is not None:
        yield entity


def _is_followed(entity: Any) -> bool:
    """Whether vertices or attributes come behind it."""
    kind = entity.dxftype()
    return kind == "POLYLINE" or (kind == "INSERT" and bool(entity.dxf.get("attribs_follow", 0)))


def _is_sound(stream: Iterator[Any]) -> bool:
    """Whether nothing of the drawing stands behind its entities, where it is not looked for."""
    inside = False
    before: Any = None
    try:
        for tag in stream:
            if not inside and tag.code == 0 and tag.value not in ("SECTION", "EOF"):
                return False
            if before == (0, "SECTION") and tag.code == 2 and tag.value in ("ENTITIES", "BLOCKS", "TABLES"):
                return False
            if tag.code == 0 and tag.value in ("SECTION", "ENDSEC"):
                inside = tag.value == "SECTION"
            before = tag
    except DamagedError:
        # Nothing is read of what comes there.
        return True
    return True


@dataclass
class _Section:
    """The tags of one section in groups, one an entity. ``ended``: its end was there; if not, the last is left out."""

    stream: Iterator[Any]
    ended: bool = False

    def groups(self) -> Iterator[Any]:
        held: Any = None
        for group in tags.group_tags(self._tags()):
            if held is not None:
                yield held
            held = group
        if self.ended and held is not None:
            yield held

    def _tags(self) -> Iterator[Any]:
        for tag in self.stream:
            if tag.code == 0 and tag.value in ("ENDSEC", "EOF"):
                self.ended = tag.value == "ENDSEC"
                return
            yield tag


@contextmanager
def quiet() -> Iterator[None]:
    """What the library notes of a file is said by us, in the user's words."""
    log = logging.getLogger(_LOG)
    before = log.disabled
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = before
