"""From the words typed to sentences and exit codes, in both languages."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Annotated

import pytest
import typer

from layers.cli.application import run_command_line
from layers.cli.console import Console
from layers.cli.values import (
    FULL_HD,
    Box,
    JsonOption,
    PictureSize,
    choice,
    positive_number,
    read_box,
    read_picture_size,
    whole_number,
)
from layers.errors import Cancelled, UserError
from layers.text import Message, Texts

ENGLISH = {"GISAPP_LANG": "en"}


def paint(
    context: typer.Context,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="cli.option.register")],
    size: Annotated[PictureSize, typer.Option(parser=read_picture_size, help="cli.render.size")] = FULL_HD,
    box: Annotated[Box | None, typer.Option(parser=read_box, help="cli.render.box")] = None,
    seed: Annotated[int, typer.Option(parser=whole_number("--seed", 0, 9), help="cli.sample.seed")] = 1,
    kind: Annotated[str, typer.Option(parser=choice("--kind", ("a", "b")), help="cli.sample.size")] = "a",
    scale: Annotated[
        float | None, typer.Option(parser=positive_number("--scale"), help="cli.import.scale")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    if place == "bug":
        raise KeyError("a fault")
    if place == "stop":
        raise Cancelled
    if place == "nothing":
        raise UserError(Message("cli.error.missing", {"name": place}), Message("cli.hint.commands"))
    console: Console = context.obj
    console.say(f"{place} {size} {box} {seed} {kind} {scale}")
    console.result({"place": place})
    return 1 if place == "findings" else 0


TABLES = [{"paint": (paint, "cli.render.help")}]


def run(*arguments: str, **environment: str) -> int:
    return run_command_line(arguments, TABLES, {"GISAPP_LANG": "zh", **environment})


def test_values_reach_the_command_as_what_they_mean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("paint", "here") == 0
    assert capsys.readouterr().out == "here 1920x1080 None 1 a None\n"
    assert run("paint", "here", "--size", "640x480", "--box=0,-1,2.5,3", "--kind", "b", "--scale", "2") == 0
    assert capsys.readouterr().out == "here 640x480 Box(x0=0.0, y0=-1.0, x1=2.5, y1=3.0) 1 b 2.0\n"
    assert run("paint", "findings", "--json") == 1
    assert json.loads(capsys.readouterr().out) == {"place": "findings"}


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (["pant"], "是不是：paint", "Did you mean: paint"),
        (["nonsense"], "没有“nonsense”这个命令", 'no command "nonsense"'),
        (["paint"], "缺少 PLACE", "PLACE is missing"),
        (["paint", "here", "--sze", "3"], "没有“--sze”这个选项", 'no option "--sze"'),
        (["paint", "here", "there"], "多出来的内容：there", "Too much was given: there"),
        (["paint", "here", "--size"], "选项 --size", "Option --size lacks"),
        (["paint", "here", "--size", "big"], "1920x1080", "1920x1080"),
        (["paint", "here", "--box", "1,2,3"], "0,0,5000,4000", "0,0,5000,4000"),
        (["paint", "here", "--box", "1,2,3,nan"], "0,0,5000,4000", "0,0,5000,4000"),
        (["paint", "here", "--box", "5,0,1,9"], "0,0,5000,4000", "0,0,5000,4000"),
        (["paint", "here", "--seed", "10"], "0 到 9", "from 0 to 9"),
        (["paint", "here", "--seed", "2.5"], "0 到 9", "from 0 to 9"),
        (["paint", "here", "--kind", "c"], "可用：a、b", "Possible: a, b"),
        (["paint", "here", "--scale", "-1"], "大于 0", "above 0"),
        (["paint", "nothing"], "缺少 nothing", "nothing is missing"),
        (["--lang", "fr", "paint"], "没有“fr”这种语言", "没有“fr”这种语言"),
    ],
)
def test_wrong_input_is_a_sentence_in_both_languages_and_exit_code_2(
    arguments: list[str], chinese: str, english: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, expected in (("zh", chinese), ("en", english)):
        assert run(*arguments, GISAPP_LANG=language) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert expected in said.err
        assert "Traceback" not in said.err


def test_machines_get_trouble_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("paint", "nothing", "--json", **ENGLISH) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["id"] == "cli.error.missing"
    assert error["title"] == "nothing is missing."
    assert error["hint"]


def test_a_bug_leaves_a_report_and_no_traceback_on_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("layers.cli.application.crash_folder", lambda: tmp_path / "crashes")
    assert run("paint", "bug", "--kind=b", "--scale", "2") == 70
    said = capsys.readouterr().err
    (report,) = (tmp_path / "crashes").iterdir()
    assert str(report) in said
    assert "Traceback" not in said
    text = report.read_text(encoding="utf-8")
    assert "KeyError: 'a fault'" in text
    assert "command: paint --kind --scale\n" in text


def test_a_bug_is_shown_where_no_report_can_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("layers.cli.application.crash_folder", lambda: tmp_path / "file")
    assert run("paint", "bug") == 70
    assert "a fault" in capsys.readouterr().err


def test_stopping_is_not_an_error_but_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("paint", "stop") == 130
    assert "已停止" in capsys.readouterr().err


def test_help_speaks_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], [], ["paint", "--help"]):
        assert run(*words) == 0
        chinese = capsys.readouterr().out
        assert run(*words, "--lang", "en") == 0
        english = capsys.readouterr().out
        assert "用法：gisapp" in chinese
        assert "Usage: gisapp" in english
        assert "cli." not in chinese + english
        assert english.isascii()


def test_a_terminal_that_cannot_show_chinese_gets_question_marks() -> None:
    raw = io.BytesIO()
    console = Console(Texts("zh"), output=io.TextIOWrapper(raw, encoding="ascii"))
    console.say("水表 DN15")
    assert raw.getvalue() == b"?? DN15\n"


@pytest.mark.parametrize(
    ("typed", "is_plain"),
    [(["paint"], True), (["paint", "here"], True), (["paint", ""], False), (["paint", "--seed=2"], False),
     (["paint", "--json", "here"], False), (["paint", "a", "b"], False)],
)  # fmt: skip
def test_without_options_a_plain_command_is_done_without_the_parser(typed: list[str], is_plain: bool) -> None:
    asked: list[str | None] = []

    def plainly(console: Console, place: str | None) -> int:
        asked.append(place)
        raise UserError(Message("cli.error.empty"))

    code = run_command_line(typed, TABLES, ENGLISH, {"paint": plainly})
    assert asked == ([typed[1] if len(typed) > 1 else None] if is_plain else [])
    assert code == (0 if typed == ["paint", "--json", "here"] else 2)
