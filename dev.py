#!/usr/bin/env python3
"""One door for everybody who works on gisapp: ``run``, ``test``, ``check``, ``format``, ``lock``, ``benchmark``.

Needs Python 3.11 and nothing else. It makes ``.venv`` with the pinned packages, installs missing system
packages on Debian and its relatives (as root or with passwordless sudo; else it prints the one line to type),
and then does what was asked. Lines are Chinese and English, because nobody has chosen a language yet.
"""

import argparse
import ctypes
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this file may well have an older Python
    raise SystemExit("需要 Python 3.11 或更新版本。\nPython 3.11 or newer is needed.")

import tomllib

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
STAMP = ENVIRONMENT / "gisapp-stamp.json"
CANNOT = 2

# Shared library -> the Debian packages that bring it; the first one that this system knows is taken.
OFFSCREEN_LIBRARIES = {
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
}
SCREEN_LIBRARIES = {
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libX11-xcb.so.1": ("libx11-xcb1",),
}
FONT_PACKAGE = "fonts-wqy-microhei"
TEST_FONT = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
CJK_FONT_NAMES = re.compile(
    r"wqy|cjk|sourcehan|source-han|droidsansfallback|uming|ukai|simsun|simhei|msyh|pingfang", re.I
)
VALIDATOR = Path("/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py")


def say(chinese: str, english: str) -> None:
    """One progress line in both languages."""
    print(f"· {chinese} / {english}", flush=True)


def stop(chinese: str, english: str, *, code: int = CANNOT) -> NoReturn:
    """Say why it cannot go on and what to do, and end."""
    print(f"\n{chinese}\n{english}", file=sys.stderr, flush=True)
    raise SystemExit(code)


# ---- the system ------------------------------------------------------------------------------------------


def loads(library: str) -> bool:
    """Whether the dynamic loader finds ``library``."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_cjk_font() -> bool:
    """Whether a font that can show Chinese lies in one of the usual folders."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    folders.append(Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "fonts")
    return any(
        CJK_FONT_NAMES.search(name) for top in folders for _, _, names in os.walk(top) for name in names
    )


def has_postgis() -> bool:
    """Whether a PostgreSQL server with PostGIS can be started by the tests."""
    servers = {path.parts[4] for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")}
    extensions = {path.parts[4] for path in Path("/usr/share/postgresql").glob("*/extension/postgis.control")}
    return bool(servers & extensions)


def has_qgis() -> bool:
    """Whether the system's own Python knows QGIS, the peer of the benchmark."""
    python = Path("/usr/bin/python3")
    question = [str(python), "-c", "import qgis.core"]
    return python.exists() and subprocess.run(question, capture_output=True, check=False).returncode == 0


def missing_packages(purpose: str) -> list[tuple[str, ...]]:
    """The Debian packages (with their other names) that ``purpose`` (run, test, check, benchmark) still needs."""
    missing: list[tuple[str, ...]] = []
    if importlib.util.find_spec("ensurepip") is None and not ENVIRONMENT.is_dir():
        missing.append((f"python3.{sys.version_info.minor}-venv", "python3-venv"))
    if not Path("/etc/ssl/certs/ca-certificates.crt").exists() and not ENVIRONMENT.is_dir():
        missing.append(("ca-certificates",))
    if purpose == "check":
        return missing
    libraries = dict(OFFSCREEN_LIBRARIES)
    if purpose == "run":
        libraries |= SCREEN_LIBRARIES
        if not has_cjk_font():
            missing.append((FONT_PACKAGE,))
    if purpose in ("test", "benchmark") and not TEST_FONT.exists():
        missing.append((FONT_PACKAGE,))
    if purpose == "benchmark" and not has_qgis():
        missing.append(("python3-qgis",))
    if purpose == "test":
        if not VALIDATOR.exists():
            missing.append(("python3-gdal",))
        if not has_postgis():
            missing.append(("postgresql-*-postgis-3",))
    return missing + [packages for library, packages in libraries.items() if not loads(library)]


def known_name(names: tuple[str, ...]) -> str:
    """The one of ``names`` that apt can install here; a ``*`` stands for the newest version number."""
    for name in names:
        pattern = "^" + re.escape(name).replace(r"\*", "[0-9]+") + "$"
        found = subprocess.run(
            ["apt-cache", "search", "--names-only", pattern], capture_output=True, text=True, check=False
        ).stdout.split("\n")
        matches = [line.split(" ")[0] for line in found if line]
        if matches:
            return max(matches, key=lambda match: [int(number) for number in re.findall(r"\d+", match)])
    return names[-1].replace("*", "15")


def apt_prefix() -> list[str] | None:
    """What to put before ``apt-get`` to have the right to install, or None when there is no such right."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def prepare_system(purpose: str) -> None:
    """Install what Debian calls by name and this machine lacks, or say the exact line and end."""
    if not sys.platform.startswith("linux"):
        return
    missing = missing_packages(purpose)
    if not missing:
        return
    if shutil.which("apt-get") is None:
        names = "  ".join(" | ".join(packages) for packages in missing)
        stop(
            f"缺少系统软件包（以下是 Debian 的名称），请用本系统的包管理器安装后再试：\n  {names}",
            "System packages are missing (named as in Debian). Install them and try again.",
        )
    prefix = apt_prefix()
    if prefix is None:
        line = "sudo apt-get install -y --no-install-recommends " + " ".join(
            known_name(names) for names in missing
        )
        stop(
            f"缺少系统软件包，当前用户无权安装。请执行下面一行，然后重试：\n\n  {line}\n",
            "System packages are missing, and this user may not install them. Run the line above, try again.",
        )
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    say("更新软件包目录", "Updating the package lists")
    subprocess.run([*quiet, "apt-get", "update", "-qq"], check=False)
    wanted = [known_name(packages) for packages in missing]
    say(f"安装系统软件包 {' '.join(wanted)}", "Installing system packages")
    command = [*quiet, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    left = [] if done.returncode else missing_packages(purpose)
    if done.returncode or left:
        print(done.stdout[-4000:], file=sys.stderr)
        stop(
            f"系统软件包没有装好。请手工执行并查看原因：\n  apt-get install {' '.join(wanted)}",
            "The system packages could not be installed. Run the line above by hand to see why.",
        )


# ---- the packages of Python ------------------------------------------------------------------------------


def python() -> Path:
    """The interpreter of ``.venv``."""
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pip(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run pip of ``.venv``; its words are kept for the case that it fails."""
    command = [python(), "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def prepare_environment() -> dict[str, str]:
    """Make ``.venv`` unless a fitting one is there; return what is known to be installed in it."""
    place = f"{sys.version_info[0]}.{sys.version_info[1]} {ROOT}"
    installed: dict[str, str] = json.loads(STAMP.read_text()) if STAMP.exists() else {"place": place}
    if ENVIRONMENT.is_dir() and (not python().exists() or installed["place"] != place):
        say("重建 .venv（Python 或目录变了）", "Rebuilding .venv (Python or the folder changed)")
        shutil.rmtree(ENVIRONMENT)
        installed = {"place": place}
    if not ENVIRONMENT.is_dir():
        say("建立 .venv", "Creating .venv")
        venv.create(ENVIRONMENT, with_pip=True)
    return installed


def prepare_packages(*, development: bool) -> None:
    """Put the pinned packages into ``.venv``; a lock file that is installed already costs nothing."""
    installed = prepare_environment()
    for lock_file in [RUN_LOCK, DEV_LOCK] if development else [RUN_LOCK]:
        digest = hashlib.sha256(lock_file.read_bytes()).hexdigest()
        if installed.get(lock_file.name) == digest:
            continue
        name = lock_file.name
        say(f"安装 {name} 中的软件包，首次需几分钟", f"Installing the packages of {name}, minutes at first")
        done = pip("install", "--quiet", "-r", lock_file)
        if done.returncode == 0 and lock_file is RUN_LOCK:
            done = pip("install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ROOT)
        if done.returncode:
            print(done.stdout[-4000:], file=sys.stderr)
            stop(
                f"{name} 没有装好（原因见上）。请检查网络和磁盘空间，再执行同一命令。",
                f"{name} could not be installed (reason above). Check network and disk, then try again.",
            )
        installed[name] = digest
        STAMP.write_text(json.dumps(installed))


def prepare(purpose: str) -> None:
    """Everything ``purpose`` needs before the program itself can speak."""
    prepare_system(purpose)
    prepare_packages(development=purpose != "run")


def execute(*command: str | Path, **variables: str) -> int:
    """Run ``command`` in the project folder with its words going straight to the terminal."""
    return subprocess.run(command, cwd=ROOT, env=os.environ | variables, check=False).returncode


# ---- what can be asked -----------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """The window on the sample city, or any ``gisapp`` command."""
    prepare("run")
    if arguments:
        return subprocess.run([python(), "-m", "gisapp", *arguments], check=False).returncode
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        gisapp = python().with_name("gisapp").relative_to(ROOT)
        stop(
            "这里没有图形显示（DISPLAY 与 WAYLAND_DISPLAY 都未设置），打不开窗口。不用屏幕也能出图：\n"
            f"  {gisapp} sample city.gpkg\n  {gisapp} render city.gpkg city.png",
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.\n"
            "The two commands above draw the sample city into a picture without a screen.",
        )
    say("打开示例城市", "Opening the sample city")
    return execute(python(), "-m", "gisapp", "open", "--sample")


def test(arguments: list[str]) -> int:
    """The whole test suite, or what pytest's arguments choose."""
    prepare("test")
    workers = [] if any(re.match(r"-n|--numprocesses|-p|--pdb", word) for word in arguments) else ["-n", "2"]
    balance = ["--dist", "loadfile", "--no-loadscope-reorder"] if workers else []
    say("运行测试", "Running the tests")
    # Every process that a test starts would compile the program anew where the environment forbids to keep that.
    kept = {"PYTHONDONTWRITEBYTECODE": ""}
    return execute(
        python(), "-m", "pytest", *workers, *balance, *arguments, QT_QPA_PLATFORM="offscreen", **kept
    )


def check(arguments: list[str]) -> int:
    """Format, lint, types and import contracts; all of them, even when one complains."""
    prepare("check")
    scripts = python().parent
    steps: list[tuple[str, str, list[str | Path]]] = [
        ("格式", "Format", [scripts / "ruff", "format", "--check", "."]),
        ("规则", "Lint", [scripts / "ruff", "check", "."]),
        ("类型", "Types", [python(), "-m", "mypy"]),
        ("引用方向", "Import contracts", [scripts / "lint-imports"]),
    ]
    failed = []
    for chinese, english, command in steps:
        say(chinese, english)
        if execute(*command):
            failed.append(f"{chinese} / {english}")
    print("不合格 / Failed: " + ", ".join(failed) if failed else "全部合格 / All clean", flush=True)
    return 1 if failed else 0


def benchmark(arguments: list[str]) -> int:
    """The map's figures beside QGIS; takes the arguments of ``python -m tests.benchmarks``."""
    prepare("benchmark")
    say("测量地图，约需二十分钟", "Measuring the map, some twenty minutes")
    return execute(python(), "-m", "tests.benchmarks", *arguments, QT_QPA_PLATFORM="offscreen")


def format_code(arguments: list[str]) -> int:
    """Put every file into the house's form."""
    prepare("check")
    ruff = python().parent / "ruff"
    return execute(ruff, "check", "--fix", "--exit-zero", ".") or execute(ruff, "format", ".")


def lock(arguments: list[str]) -> int:
    """Write both lock files anew: the newest versions that pyproject.toml allows, without any address."""
    prepare_system("check")
    prepare_environment()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["build"]]
    pinned: dict[str, str] = {}
    for path, requirements in ((RUN_LOCK, wanted), (DEV_LOCK, [*wanted, *groups["dev"]])):
        held = [f"{name}=={version}" for name, version in pinned.items()]
        command = ["install", "--dry-run", "--ignore-installed", "--quiet", "--report"]
        report = ENVIRONMENT / "lock-report.json"
        done = pip(*command, report, *requirements, *held)
        if done.returncode:
            print(done.stdout, file=sys.stderr)
            return 1
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
        versions = {item["metadata"]["name"]: item["metadata"]["version"] for item in found}
        new = sorted((name for name in versions if name not in pinned), key=str.lower)
        title = "# Written by `python3 dev.py lock`: exact versions for Python 3.11 and later on Linux.\n"
        path.write_text(title + "".join(f"{name}=={versions[name]}\n" for name in new), encoding="utf-8")
        say(f"{path.name}: {len(new)} 个软件包", f"{len(new)} packages")
        pinned |= versions
    return 0


COMMANDS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "run": (run, "打开示例城市，或执行 gisapp 的命令 / open the sample city, or any gisapp command"),
    "test": (test, "运行测试，可带 pytest 参数 / run the tests; takes pytest's arguments"),
    "check": (check, "格式、规则、类型、引用方向 / format, lint, types, import contracts"),
    "format": (format_code, "整理代码格式 / put the code into form"),
    "benchmark": (benchmark, "地图与 QGIS 的对比测量 / the map's figures beside QGIS"),
    "lock": (lock, "重写锁定版本 / write the lock files anew"),
}


def main() -> int:
    """Read the command and do it."""
    lines = "\n".join(f"  {name:10}{text}" for name, (_, text) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="dev.py", description=lines, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=COMMANDS, metavar="run|test|check|format|benchmark|lock")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="传给该命令 / passed on to the command")
    chosen = parser.parse_args()
    return COMMANDS[chosen.command][0](chosen.arguments)


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
