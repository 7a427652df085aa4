"""Whether a file lies on a network drive, where SQLite's WAL mode does not work and locks are doubtful."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
_NETWORK = frozenset(
    {"9p", "afs", "ceph", "cifs", "coda", "davfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2"}
    | {"orangefs", "pvfs2", "smb", "smb2", "smb3", "smbfs", "vboxsf", "vmhgfs", "webdav"}
)
# What may be anything (fuse, fuseblk) is told by its second word: fuse.sshfs, fuse.rclone ...
_LOCAL_FUSE = frozenset({"fuse.lxcfs", "fuse.mergerfs", "fuse.ntfs-3g", "fuse.snapfuse", "fuse.portal"})
_REMOTE_DRIVE = 4


def is_network_folder(path: str | Path) -> bool:
    """Whether ``path`` (a file or folder that may not exist yet) lies on a network file system."""
    if sys.platform == "win32":
        return _is_remote_drive(Path(path))
    if not _MOUNTS.exists():
        return False
    return is_network_mount(Path(path), _MOUNTS.read_text(errors="surrogateescape"))


def is_network_mount(path: Path, mounts: str) -> bool:
    """The same by a given text of ``/proc/self/mounts``: the innermost mount that holds ``path`` decides."""
    place = os.path.realpath(path)
    found, kind = "", ""
    for line in mounts.splitlines():
        words = line.split(" ")
        if len(words) < 3:
            continue
        folder = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), words[1])
        inside = place == folder or place.startswith(folder.rstrip("/") + "/")
        if inside and len(folder) >= len(found):
            found, kind = folder, words[2]
    return kind in _NETWORK or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE)


def _is_remote_drive(path: Path) -> bool:
    place = str(path.absolute())
    if place.startswith(("\\\\", "//")):
        return True
    drive_type = ctypes.windll.kernel32.GetDriveTypeW  # type: ignore[attr-defined]
    return bool(drive_type(Path(place).drive + "\\") == _REMOTE_DRIVE)
