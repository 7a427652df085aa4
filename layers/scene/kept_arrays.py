"""Arrays in one file of the cache: what of them is looked at is read then, and checked before anybody sees it.

A map shows little of what its register holds, so most of the file is never read and takes no memory. It is read, not
mapped: were a mapped file cut short by a cleaner or a network drive, the program would be killed. The file stays open,
so that it may be replaced or removed meanwhile; of one that was cut short or written over whoever shows it is told.
"""

from __future__ import annotations

import mmap
import os
import threading
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from layers.errors import Cancelled
from layers.geometry.index import joined
from layers.geometry.packed import Integers

#: Bytes that are read, and summed up, together.
CHUNK = 1 << 16
#: Arrays of so many bytes at most are read at once: what is asked for with every frame.
SMALL = 1 << 18
_ALIGNMENT = 64
#: Of an array from which more than the so manieth part is picked all is read: to look which chunks are there takes as
#: long as picking.
_MANY = 4


class KeptLost(Cancelled):
    """What is looked at now cannot be read any more as it was written: it is not to be had until it was made anew."""


class Loss:
    """Tells ``listener``, on any thread, each time that something kept cannot be read any more.

    In another process there is nobody to listen.
    """

    def __init__(self) -> None:
        self.listener: Callable[[], None] | None = None

    def __reduce__(self) -> tuple[type[Loss], tuple[()]]:
        return Loss, ()

    def tell(self) -> None:
        """It happened."""
        if self.listener is not None:
            self.listener()


def write_arrays(path: Path, arrays: Sequence[np.ndarray]) -> dict[str, Any]:
    """Write arrays into a new ``.npy`` file; what JSON must hold for them to be read again."""
    layout, end = [], 0
    for array in arrays:
        begin = end + -end % _ALIGNMENT
        layout.append((array.dtype.str, list(array.shape), begin))
        end = begin + array.nbytes
    with path.open("xb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (end,)}
        np.lib.format.write_array_header_1_0(file, header)
        file.writelines(_end_to_end(arrays))
    return {"size": end, "sums": _sums(_end_to_end(arrays)), "arrays": layout}


def read_arrays(path: Path, written: dict[str, Any], loss: Loss) -> list[np.ndarray]:
    """The arrays that were ``written``: small ones read, large ones to be read where they are looked at.

    Raises ``KeptLost`` or what reading a damaged file and a damaged description raise. ``loss`` tells whoever keeps
    the arrays of every ``KeptLost`` then and later, wherever it was raised.
    """
    file = _KeptFile(path, int(written["size"]), written["sums"], loss)
    arrays = []
    for kind, shape, begin in written["arrays"]:
        array = KeptArray(file, np.dtype(kind), tuple(shape), begin)
        # It behaves as an array does wherever arrays of a source are used.
        arrays.append(array.whole if array.nbytes <= SMALL else cast("np.ndarray", array))
    return arrays


class KeptArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array in a file. Rows that are picked or cut out are read then; whatever else is done with it reads it whole.

    What is cut out of it is plain numpy, and never to be written to.
    """

    def __init__(self, file: _KeptFile, dtype: np.dtype[Any], shape: tuple[int, ...], begin: int) -> None:
        if dtype.hasobject:
            raise ValueError("objects are not read")
        count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if min([begin, *shape]) < 0:
            raise ValueError("less than nothing")
        self._file, self._begin = file, begin
        # As much of it as was read: the rest is blank.
        self._array = file.memory[begin : begin + count].view(dtype).reshape(shape)
        self._row = count // max(shape[0], 1) if shape else count
        self._is_whole = False
        self.shape, self.dtype, self.nbytes = shape, dtype, count

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, wanted: Any) -> Any:
        if not self._is_whole:
            self._fetch(wanted[0] if isinstance(wanted, tuple) else wanted)
        return self._array[wanted]

    def _fetch(self, rows: Any) -> None:
        """Have these rows."""
        if isinstance(rows, slice) and rows.step is None:
            first, last, _ = rows.indices(self.shape[0])
            self._file.fetch(self._begin + first * self._row, self._begin + last * self._row)
        elif _are_places(rows) and rows.size * _MANY < self.shape[0] and _ALIGNMENT % self._row == 0:
            # No row lies in two chunks.
            self._file.fetch_chunks_of(rows * self._row + self._begin)
        else:
            _ = self.whole

    @property
    def whole(self) -> np.ndarray:
        """All of it."""
        if not self._is_whole:
            self._file.fetch(self._begin, self._begin + self.nbytes)
            self._is_whole = True
        return self._array

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.whole, name)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.whole, dtype=dtype, copy=copy)

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [each.whole if isinstance(each, KeptArray) else each for each in inputs]
        return getattr(function, method)(*plain, **options)


class _KeptFile:
    """The bytes of a file, each chunk of them read and checked once. May be asked by several threads."""

    def __init__(self, path: Path, size: int, sums: Sequence[int], loss: Loss) -> None:
        self._loss = loss
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)
        self._begin = _begin_of_bytes(self._file, size)
        if len(sums) != -(-size // CHUNK):
            raise ValueError("not a sum for each chunk")
        self._sums = [int(each) for each in sums]
        # As large as the file, but memory that was never written to takes no room.
        room = mmap.mmap(-1, max(size, 1))
        self._room = memoryview(room)[:size]
        #: Only what was fetched may be looked at.
        self.memory: npt.NDArray[np.uint8] = np.frombuffer(self._room.toreadonly(), np.uint8)
        # By chunk, 1 where it was not read; the same bytes for Python and for numpy.
        self._is_missing = bytearray(b"\1" * len(sums))
        self._missing = np.frombuffer(self._is_missing, np.uint8)
        self._reading = threading.Lock()

    def fetch(self, begin: int, end: int) -> None:
        """Have the bytes from ``begin`` up to ``end``."""
        first, last = begin // CHUNK, -(-end // CHUNK)
        if begin < end and self._is_missing.find(1, first, last) >= 0:
            self._read(np.arange(first, last))

    def fetch_chunks_of(self, places: Integers) -> None:
        """Have the chunks in which these bytes lie."""
        chunks = places // CHUNK
        if self._missing[chunks].any():
            self._read(np.flatnonzero(np.bincount(chunks)))

    def _read(self, chunks: Integers) -> None:
        with self._reading:
            # Never twice: who saw it before does not see it written to.
            for first, last in joined(chunks[self._missing[chunks] == 1]):
                self._read_run(first, last)

    def _read_run(self, first: int, last: int) -> None:
        into = self._room[first * CHUNK : last * CHUNK]
        try:
            self._file.seek(self._begin + first * CHUNK)
            if self._file.readinto(into) != len(into):
                raise self._lost("cut short")
        except OSError as error:
            raise self._lost(str(error)) from error
        for number in range(first, last):
            if zlib.crc32(self._room[number * CHUNK : (number + 1) * CHUNK]) != self._sums[number]:
                raise self._lost("written over")
            self._missing[number] = 0

    def _lost(self, why: str) -> KeptLost:
        self._loss.tell()
        return KeptLost(why)


def _are_places(rows: Any) -> bool:
    """Whether these are numbers of rows, counted from the first."""
    return isinstance(rows, np.ndarray) and rows.dtype.kind == "i" and rows.size > 0 and int(rows.min()) >= 0


#: numpy has a header parsed as Python: CPython 3.11 counts the depth of that for all threads together, and two at
#: once may end in a SystemError (python/cpython#106905).
_PARSING = threading.Lock()


def _begin_of_bytes(file: Any, size: int) -> int:
    """Where the one array of a file begins. Raises ``ValueError`` when it is not one of ``size`` bytes."""
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("another kind of file")
    with _PARSING:
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
    if kind != np.dtype(np.uint8) or shape != (size,):
        raise ValueError("another kind of array")
    begin = int(file.tell())
    if os.fstat(file.fileno()).st_size - begin != size:
        raise ValueError("truncated")
    return begin


def _end_to_end(arrays: Iterable[np.ndarray]) -> Iterator[memoryview]:
    """The bytes of arrays, each beginning at a multiple of the alignment."""
    end = 0
    for array in arrays:
        yield memoryview(bytes(-end % _ALIGNMENT))
        yield array.data.cast("B") if array.size else memoryview(b"")
        end += -end % _ALIGNMENT + array.nbytes


def _sums(parts: Iterable[memoryview]) -> list[int]:
    """The checksum of each chunk of what lies end to end."""
    sums, found, room = [], 0, CHUNK
    for part in parts:
        rest = part
        while len(rest):
            piece, rest = rest[:room], rest[room:]
            found, room = zlib.crc32(piece, found), room - len(piece)
            if not room:
                sums.append(found)
                found, room = 0, CHUNK
    return [*sums, found] if room < CHUNK else sums
