"""The worker process: results by shared memory, progress, cancelling, crashes, nothing left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from layers.errors import Cancelled, Conflict, UserError
from layers.feedback import Feedback
from layers.store import private_folder, worker_transfer
from layers.store import worker as worker_module
from layers.store.worker import Worker
from layers.text import Message

pytestmark = pytest.mark.keeps_running


@pytest.fixture(scope="module", autouse=True)
def _as_the_program_starts_them() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker_module, "START_METHOD", "spawn")
        yield


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(children=1, grace=0.5) as shared:
        yield shared


def big_table(rows: int) -> pa.Table:
    return pa.table(
        {"fid": np.arange(rows), "code": [f"GD-{n}" for n in range(rows)], "empty": pa.nulls(rows)}
    )


def give_tables(feedback: Feedback, rows: int) -> dict[str, object]:
    table = big_table(rows)
    return {"table": table, "batches": table.to_batches(), "deep": [(1, {"xy": np.ones((rows, 2))})]}


def add_up(feedback: Feedback, table: pa.Table) -> int:
    return int(np.asarray(table["fid"]).sum())


def tell_progress(feedback: Feedback) -> str:
    for step in range(5):
        feedback.progress(step / 4, Message("field.required", {"value": step}))
        time.sleep(0.12)
    return "told"


def spin(feedback: Feedback) -> None:
    while True:
        feedback.check()
        time.sleep(0.01)


def stick(feedback: Feedback) -> None:
    time.sleep(60)


def refuse(feedback: Feedback) -> None:
    raise Conflict(Message("a.title", {"n": 1}), Message("a.hint"), ("dn", "road"))


def stumble(feedback: Feedback) -> None:
    raise KeyError("bug here")


def own_pid(feedback: Feedback) -> int:
    return os.getpid()


def crash(feedback: Feedback) -> None:
    ctypes.string_at(0)


def end_self(feedback: Feedback) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_running(pid: int) -> bool:
    """Whether the process lives; one that ended and waits to be collected does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def folders_of(process: int) -> set[Path]:
    places = (Path("/dev/shm"), Path(tempfile.gettempdir()))
    return {path for place in places for path in place.glob(f"gisapp-worker-{process}-*")}


def test_arrow_and_numpy_arrive_equal_wherever_they_lie(worker: Worker) -> None:
    result = worker.run(give_tables, 50_000)
    assert result["table"].equals(big_table(50_000))
    assert pa.Table.from_batches(result["batches"]).equals(big_table(50_000))
    assert result["deep"][0][1]["xy"].sum() == 100_000


def test_large_results_are_mapped_not_copied_and_leave_no_file(worker: Worker) -> None:
    # What tests before this one hold is not ours to count.
    before = pa.total_allocated_bytes()
    table = worker.run(give_tables, 200_000)["table"]
    assert table.get_total_buffer_size() > 1_000_000
    assert pa.total_allocated_bytes() - before < table.get_total_buffer_size()
    assert not [file for folder in folders_of(os.getpid()) for file in folder.iterdir()]


def test_arguments_travel_the_same_way(worker: Worker) -> None:
    assert worker.run(add_up, big_table(100_000)) == sum(range(100_000))


def test_folder_in_memory_that_is_full_gives_way_to_the_next(tmp_path: Path) -> None:
    parcel = worker_transfer.pack(np.arange(100_000), (tmp_path / "missing", tmp_path))
    assert worker_transfer.unpack(parcel).sum() == sum(range(100_000))
    with pytest.raises(UserError) as told:
        worker_transfer.pack(np.arange(100_000), (tmp_path / "missing",))
    assert told.value.title.id == "worker.no_space"


def test_progress_reaches_the_callers_feedback(worker: Worker) -> None:
    seen: list[tuple[float | None, Message | None]] = []
    assert worker.run(tell_progress, feedback=Feedback(lambda *told: seen.append(told), interval=0)) == "told"
    assert seen[0] == (0.0, Message("field.required", {"value": 0}))
    assert [fraction for fraction, _ in seen] == sorted(
        fraction for fraction, _ in seen if fraction is not None
    )
    assert seen[-1][0] == 1.0


def test_cancel_is_seen_in_the_child_which_lives_on(worker: Worker) -> None:
    before = worker.run(own_pid)
    feedback = Feedback()
    threading.Timer(0.2, feedback.cancel).start()
    with pytest.raises(Cancelled):
        worker.run(spin, feedback=feedback)
    assert worker.run(own_pid) == before


def test_child_stuck_in_a_library_is_ended_and_replaced(worker: Worker) -> None:
    before = worker.run(own_pid)
    feedback = Feedback()
    threading.Timer(0.1, feedback.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        worker.run(stick, feedback=feedback)
    assert time.monotonic() - started < 30
    assert worker.run(own_pid) != before
    assert not is_running(before)


def test_user_errors_cross_whole(worker: Worker) -> None:
    with pytest.raises(Conflict) as told:
        worker.run(refuse)
    assert told.value.title == Message("a.title", {"n": 1})
    assert told.value.hint == Message("a.hint")
    assert told.value.changed_fields == ("dn", "road")


def test_bugs_keep_their_kind_and_the_childs_traceback(worker: Worker) -> None:
    with pytest.raises(KeyError, match="bug here") as told:
        worker.run(stumble)
    assert any("in stumble" in note for note in told.value.__notes__)


@pytest.mark.parametrize(("function", "title"), [(crash, "worker.crashed"), (end_self, "worker.killed")])
def test_crash_becomes_a_sentence_and_the_next_call_works(
    worker: Worker, function: object, title: str
) -> None:
    with pytest.raises(UserError) as told:
        worker.run(function)  # type: ignore[arg-type]
    assert told.value.title.id == title
    assert told.value.hint is not None
    assert worker.run(add_up, big_table(10)) == 45


def test_callers_on_many_threads_get_their_own_answers() -> None:
    answers: dict[int, int] = {}
    with Worker(children=2) as shared:

        def call(rows: int) -> None:
            answers[rows] = shared.run(add_up, big_table(rows))

        threads = [threading.Thread(target=call, args=(1000 * n,)) for n in range(1, 13)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(shared.process_ids) == 2
    assert answers == {1000 * n: sum(range(1000 * n)) for n in range(1, 13)}


def test_a_bug_in_the_callers_report_does_not_mix_up_later_answers(worker: Worker) -> None:
    def report(fraction: float | None, what: Message | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worker.run(tell_progress, feedback=Feedback(report))
    assert worker.run(add_up, big_table(10)) == 45


def test_closing_ends_the_process_and_removes_its_folders() -> None:
    before = folders_of(os.getpid())
    shared = Worker(children=1)
    shared.warm_up()
    pid = shared.run(own_pid)
    assert folders_of(os.getpid()) > before
    shared.close()
    shared.close()
    assert not is_running(pid)
    assert folders_of(os.getpid()) == before
    with pytest.raises(RuntimeError):
        shared.run(own_pid)


PROGRAM = """
    import os, signal, sys, threading, time
    from tests.layers.store.test_worker import folders_of, own_pid, stick
    from layers.store.worker import Worker

    if __name__ == "__main__":
        worker = Worker(children=1)
        print(worker.run(own_pid), os.getpid(), len(folders_of(os.getpid())), flush=True)
        {ending}
"""


def run_program(tmp_path: Path, ending: str) -> tuple[str, int]:
    """Run a program that starts a worker, see that nothing stays; give its stderr and its exit code."""
    script = tmp_path / "program.py"
    script.write_text(textwrap.dedent(PROGRAM).format(ending=ending))
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-X", "dev", str(script)],
        capture_output=True,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        timeout=60,
        check=False,
    )
    child, program, folders = map(int, done.stdout.split())
    assert folders > 0
    assert gone(child)
    assert not folders_of(program)
    return done.stderr, done.returncode


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)


def test_program_that_forgets_to_close_leaves_nothing_and_says_nothing(tmp_path: Path) -> None:
    stderr, code = run_program(tmp_path, "pass")
    assert (stderr, code) == ("", 0)


def test_program_that_is_killed_takes_its_busy_worker_along(tmp_path: Path) -> None:
    ending = (
        "threading.Thread(target=worker.run, args=(stick,), daemon=True).start();"
        " time.sleep(0.5); os.kill(os.getpid(), signal.SIGKILL)"
    )
    stderr, code = run_program(tmp_path, ending)
    assert (stderr, code) == ("", -signal.SIGKILL)


def test_folders_of_killed_programs_are_swept_and_no_others(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    names = {
        "left": f"gisapp-worker-{ended.pid}-abc",
        "marked": f"gisapp-worker-{ended.pid}-held",
        "alive": f"gisapp-worker-{os.getpid()}-abc",
        "like": "gisapp-worker-notes",
        "other": f"gisapp-backup-{ended.pid}-abc",
        "young": f"gisapp-worker-{ended.pid}-young",
    }
    for word, name in names.items():
        (tmp_path / name).mkdir()
        if word != "young":
            os.utime(tmp_path / name, (0, 0))
    mark = private_folder.claim(tmp_path / names["marked"])
    private_folder.make_folder("worker", tmp_path)
    private_folder.release(mark)
    left = {word for word, name in names.items() if (tmp_path / name).exists()}
    assert left == set(names) - {"left"}


def test_modules_are_loaded_before_the_first_call() -> None:
    with Worker(children=1, preload=("colorsys",)) as worker:
        worker.warm_up()
        assert worker.run(_has_loaded, "colorsys")
        assert not worker.run(_has_loaded, "wave")


def _has_loaded(feedback: Feedback, name: str) -> bool:
    return name in sys.modules
