"""The detectors of ``tests/conftest.py`` find what they are there to find: each is shown a test at fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FAULTS = {
    "log": ("import logging\ndef test(): logging.getLogger('x').warning('late')", "unexpected log lines"),
    "unheard": ("def test(expect_log): expect_log('never')", "never came"),
    "thread": (
        "import threading, time\n"
        "def test(): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "left running",
    ),
    "process": (
        "import subprocess, sys\nkept = []\n"
        "def test(): kept.append(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(9)']))",
        "left running",
    ),
    "warning": (
        "import warnings\ndef test(): warnings.warn('old', DeprecationWarning)",
        "DeprecationWarning",
    ),
    "file": ("def test(tmp_path): open(tmp_path / 'x', 'w')", "ResourceWarning"),
}


def run(folder: Path, source: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    (folder / "test_it.py").write_text(source)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GISAPP_")}
    # A second is long enough to see that something does not end.
    conftest = folder / "conftest.py"
    conftest.write_text(conftest.read_text().replace("GRACE_SECONDS = 5.0", "GRACE_SECONDS = 0.5"))
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), f"--rootdir={folder}"]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:pytest-qt", *options, str(folder)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment | variables, check=False
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_fails_its_test(fault: str, tmp_path: Path) -> None:
    source, reason = FAULTS[fault]
    done = run(tmp_path, source)
    assert done.returncode == 1, done.stdout
    assert reason in done.stdout


def test_an_expected_log_line_passes(tmp_path: Path) -> None:
    source = "import logging\ndef test(expect_log):\n    expect_log('la.e')\n    logging.warning('late')"
    done = run(tmp_path, source)
    assert done.returncode == 0, done.stdout


def test_missing_fixtures_skip_by_name_and_fail_where_they_must_be(tmp_path: Path) -> None:
    source = "def test_needs_a_city(fixtures): assert (fixtures / 'x').exists()"
    done = run(tmp_path, source)
    assert done.returncode == 0
    assert "1 tests without their fixtures" in done.stdout
    assert "test_it.py::test_needs_a_city\n" in done.stdout
    done = run(tmp_path, source, GISAPP_FIXTURES_REQUIRED="1")
    assert done.returncode == 1
    (tmp_path / "x").touch()
    assert run(tmp_path, source, GISAPP_FIXTURES=str(tmp_path)).returncode == 0


def test_long_tests_wait_for_a_thorough_run(tmp_path: Path) -> None:
    source = (
        "import pytest\n@pytest.mark.on_demand\ndef test_a(thorough): assert thorough\ndef test_b(): pass"
    )
    assert "1 passed, 1 deselected" in run(tmp_path, source).stdout
    assert "2 passed" in run(tmp_path, source, "--thorough").stdout


def test_no_test_reaches_the_users_own_folders(tmp_path: Path) -> None:
    source = (
        "import platformdirs, pathlib as p\ndef test(): print(platformdirs.user_data_dir('a'), p.Path.home())"
    )
    done = run(tmp_path, source, "-s")
    assert done.stdout.count("home-of-gisapp-tests-") == 2
