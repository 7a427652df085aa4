"""Documents of the sample city: ten seconds at most for each, beside the statement they are made of.

    python -m tests.benchmarks.documents_bench [REGISTER.gpkg]

Without a register the sample of size ``city`` is made first (half a minute). Printed as JSON: seconds and bytes of the
Word document, the Excel workbook with its list of pipes, and the shared web map of all projects, over five years.
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from layers.register import Register
from layers.renewal.statement.statement import Period, read_book, statement_of
from layers.reports.arranging import arrange
from layers.reports.document import Pictures
from layers.reports.excel import write_excel
from layers.reports.listing import list_pipes
from layers.reports.share.sharing import ShareWish, share
from layers.reports.word import write_word
from layers.sample.write import create_sample
from layers.text import Texts

DAY = datetime.date(2026, 10, 31)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("register", nargs="?", type=Path)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = words.register or Path(folder) / "city.gpkg"
        if words.register is None:
            made, _ = create_sample(path, "city", 1, actor="bench")
            made.close()
        print(json.dumps(measure(path, Path(folder)), indent=1))


def measure(path: Path, folder: Path) -> dict[str, Any]:
    """Seconds and bytes of each document."""
    texts = Texts("zh")
    with Register.open(path, actor="bench", read_only=True) as register:
        statement = statement_of(read_book(register), Period.years(2021, 2025), DAY)
        report = arrange(statement, title="2021-2025", unit=register.name)
        rows = sum(len(table.rows) for table in report.tables)

        def excel(out: Path) -> None:
            write_excel(report, out, texts, Pictures(listing=list_pipes(register, statement, texts)))

        return {
            "tables": len(report.tables),
            "rows": rows,
            "word": _timed(folder / "a.docx", lambda out: write_word(report, out, texts)),
            "excel": _timed(folder / "a.xlsx", excel),
            "web_map": _timed(folder / "a.html", lambda out: share(register, out, ShareWish(), texts)),
        }


def _timed(out: Path, write: Callable[[Path], object]) -> dict[str, float]:
    start, spent = time.perf_counter(), time.process_time()
    write(out)
    seconds, cpu = time.perf_counter() - start, time.process_time() - spent
    return {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "bytes": out.stat().st_size}


if __name__ == "__main__":
    main()
