"""Whether a process of this computer lives."""

from __future__ import annotations

import os
import sys


def is_alive(process: int) -> bool:
    """Whether process ``process`` lives; on Windows, where asking is not harmless, taken as yes."""
    if sys.platform == "win32" or process <= 0:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
