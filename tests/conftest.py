"""What every test stands on: a home of its own, the shared fixtures, detectors of what a test leaves behind.

Nothing here knows Qt: the tests of ``layers`` run where it is not installed; ``tests/gisapp`` adds it.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import re
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

import hypothesis
import pytest

from layers.store import worker

FIXTURES_MISSING = "GISAPP_FIXTURES is not set"
GRACE_SECONDS = 5.0
"""How long a thread or process may take to end after its test; waited for only while one is alive."""

_HOME = pytest.StashKey[Path]()

#: What takes long although it is few tests: begun first, so that no worker is idle at the end.
_LONG_FILES = re.compile(
    r"/(benchmarks|stories)/|test_(contract_(growth|checking|past|map|restore|undo_property|newcomers)|growth|"
    r"growth_server|durability|backup|exact_drawing|real_data|city_census|mending|giswater|on_a_server)\.py$"
)

#: Examples of a property in the usual run; a thorough one takes as many as hypothesis would.
_EXAMPLES = 40


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    parser.addoption("--thorough", action="store_true", help="also what takes long, and more rounds of it")
    if not pluginmanager.hasplugin("pytest-qt"):
        for name in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
            parser.addini(name, "read by pytest-qt, which is not installed here", type="args")


def pytest_configure(config: pytest.Config) -> None:
    home = Path(tempfile.mkdtemp(prefix="home-of-gisapp-tests-"))
    config.stash[_HOME] = home
    os.environ["HOME"] = str(home)
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    for name in ("GISAPP_LANG", "LC_ALL", "LC_MESSAGES"):
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"
    base = hypothesis.settings.get_profile("ci" if os.environ.get("CI") else "default")
    slow = [hypothesis.HealthCheck.too_slow]
    examples = base.max_examples if config.getoption("--thorough") else _EXAMPLES
    hypothesis.settings.register_profile(
        "house", base, deadline=None, suppress_health_check=slow, max_examples=examples
    )
    hypothesis.settings.load_profile("house")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[_HOME], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        # Workers take files in this order: long ones first, at the end those of a single short test.
        tests = Counter(item.path for item in items)
        items.sort(key=lambda item: (not _LONG_FILES.search(str(item.path)), -tests[item.path]))
    if config.getoption("--thorough"):
        return
    long = [item for item in items if any(item.get_closest_marker(m) for m in ("on_demand", "benchmark"))]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_collection_finish() -> None:
    """What was loaded stays to the end: the collector need not go through half a million objects again and again.

    Nor through all that tests load later, a tenth of the run: ten times more rarely.
    """
    gc.collect()
    gc.freeze()
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, 10 * old)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    names = sorted(report.nodeid for report in skipped if FIXTURES_MISSING in str(report.longrepr))
    if names:
        terminalreporter.section(f"{len(names)} tests without their fixtures ({FIXTURES_MISSING})")
        for name in names:
            terminalreporter.line(name)


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of the shared fixtures; without it the test is skipped by name; in CI it fails."""
    folder = os.environ.get("GISAPP_FIXTURES")
    if folder and Path(folder).is_dir():
        return Path(folder).resolve()
    if os.environ.get("GISAPP_FIXTURES_REQUIRED"):
        pytest.fail(f"{FIXTURES_MISSING} to a folder, but no test may go without its fixtures here")
    pytest.skip(f"{FIXTURES_MISSING}: these files are shared among developers and not in the repository")


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether this run has time: 50 kill rounds instead of 5, bigger samples."""
    return bool(pytestconfig.getoption("--thorough"))


# ---- log lines -------------------------------------------------------------------------------------------


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _log_listener() -> Iterator[tuple[_Listener, list[str]]]:
    listener = _Listener()
    expected: list[str] = []
    logging.getLogger().addHandler(listener)
    yield listener, expected
    logging.getLogger().removeHandler(listener)
    surprising = [line for line in listener.lines if not any(re.search(e, line) for e in expected)]
    unheard = [e for e in expected if not any(re.search(e, line) for line in listener.lines)]
    if surprising:
        pytest.fail("unexpected log lines:\n" + "\n".join(surprising))
    if unheard:
        pytest.fail(f"expected log lines never came: {unheard}")


@pytest.fixture
def expect_log(_log_listener: tuple[_Listener, list[str]]) -> Callable[[str], None]:
    """``expect_log(pattern)``: a warning or error that this test must cause; any other log line fails it."""
    return _log_listener[1].append


# ---- worker processes -------------------------------------------------------------------------------------

_WORKER_LOADS = [
    "layers.scene.building",
    "layers.store.worker_child",
    "layers.store.worker_columns",
    "pyogrio",
]


@pytest.fixture(scope="session", autouse=True)
def _workers_are_forked() -> Iterator[None]:
    """Let worker processes be forked from one that has loaded all they need: a tenth of a second, not one.

    Where that is impossible, and in ``test_worker.py``, they are started as the program starts them.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        yield
        return
    multiprocessing.set_forkserver_preload(_WORKER_LOADS)
    forkserver.ensure_running()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "START_METHOD", "forkserver")
        yield


# ---- leaks -----------------------------------------------------------------------------------------------


def _threads() -> set[threading.Thread]:
    """Running threads. A thread that Qt started leaves a dummy behind when it ends; that is not running."""
    tasks = Path("/proc/self/task")
    running = {int(name) for name in os.listdir(tasks)} if tasks.is_dir() else None  # noqa: PTH208
    return {
        thread
        for thread in threading.enumerate()
        if running is None or thread.native_id is None or thread.native_id in running
    }


def _command(process: int) -> str | None:
    """The command line of a running process, None for one that has ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        words = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return None
    return None if state == "Z" else words


def _children() -> dict[int, str]:
    """The child processes of this one and of the one that workers are forked from."""
    template = getattr(forkserver._forkserver, "_forkserver_pid", None)
    parents = ("self",) if template is None else ("self", str(template))
    lists = [path for parent in parents for path in Path(f"/proc/{parent}/task").glob("*/children")]
    if not lists:
        return {child.pid or 0: child.name for child in multiprocessing.active_children()}
    found: dict[int, str] = {}
    for path in lists:
        try:
            words = path.read_text().split()
        except OSError:  # the thread ended while it was read
            continue
        found |= {int(word): command for word in words if (command := _command(int(word))) is not None}
    # Helpers of multiprocessing, started once and kept for the life of the process.
    for helper in (template, getattr(resource_tracker._resource_tracker, "_pid", None)):
        found.pop(helper or 0, None)
    return found


def _fail_when_left_running(threads: set[threading.Thread], children: dict[int, str]) -> None:
    end = time.monotonic() + GRACE_SECONDS
    while True:
        left = [thread.name for thread in _threads() - threads]
        left += [command for process, command in _children().items() if process not in children]
        if not left:
            return
        if time.monotonic() > end:
            pytest.fail(f"left running: {left}")
        time.sleep(0.02)


@pytest.fixture(scope="module", autouse=True)
def _nothing_left_running_by_module() -> Iterator[None]:
    """A module that leaves a thread or child process running fails; fixtures of the session may keep theirs."""
    before = _threads(), _children()
    yield
    _fail_when_left_running(*before)


@pytest.fixture(autouse=True)
def _nothing_left_running(
    request: pytest.FixtureRequest, _nothing_left_running_by_module: None
) -> Iterator[None]:
    """So does a test, unless its module says ``keeps_running``: then the end of the module decides."""
    before = _threads(), _children()
    yield
    if request.node.get_closest_marker("keeps_running") is None:
        _fail_when_left_running(*before)
