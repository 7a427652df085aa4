"""Which bytes stand for which characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.exchange.encoding import codec, decode, detect, detect_text, from_cpg, from_language_driver

SENTENCES = [
    "邵阳市自来水公司给水管网普查",
    "西湖路球墨铸铁管 DN300，二〇一八年改造",
    "消火栓、水表井、阀门井",
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GBK", "gb18030"), ("gb2312", "gb18030"), ("936", "gb18030"), ("ANSI 936", "gb18030"),
        ("cp936", "gb18030"), ("MS936", "gb18030"), ("GB18030", "gb18030"), ("54936", "gb18030"),
        ("UTF-8", "utf-8"), ("utf8", "utf-8"), ("65001", "utf-8"), ("Big-5", "cp950"), ("950", "cp950"),
        ("ANSI 1250", "cp1250"), ("1252", "cp1252"), ("ISO 88591", "iso8859-1"), ("88591", "iso8859-1"),
        ("ISO-8859-15", "iso8859-15"), ("LDID/122", "gb18030"), ("OEM 437", "cp437"), ("utf-16", "utf-16"),
        ("rot13", None), ("zip", None), ("klingon", None), ("", None), ("LDID/1000", None),
    ],
)  # fmt: skip
def test_names_of_encodings(name: str, expected: str | None) -> None:
    assert codec(name) == expected


def test_a_cpg_that_is_no_cpg_names_nothing() -> None:
    assert from_cpg(b"UTF-8\r\n") == "utf-8"
    assert from_cpg(b"\xef\xbb\xbfUTF-8") == "utf-8"
    assert from_cpg(b"<!DOCTYPE html><html>") is None
    assert from_cpg(b"") is None


def test_language_drivers() -> None:
    assert from_language_driver(0x4D) == from_language_driver(0x7A) == "gb18030"
    assert from_language_driver(0x78) == "cp950"
    assert from_language_driver(0x00) is None
    assert from_language_driver(0x57) is None


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    ("written", "found"), [("gbk", "gb18030"), ("gb18030", "gb18030"), ("utf-8", "utf-8")]
)
def test_chinese_is_detected(sentence: str, written: str, found: str) -> None:
    assert detect([sentence.encode(written)]).encoding == found


def test_traditional_chinese_is_detected() -> None:
    assert detect(["臺北市自來水事業處管線圖資".encode("cp950")]).encoding == "cp950"


def test_two_characters_are_enough_for_gbk() -> None:
    assert detect(["水表".encode("gbk")]).encoding == "gb18030"


def test_western_text_is_not_taken_for_chinese() -> None:
    found = detect(["Ñandú".encode("cp1252"), "Señor".encode("cp1252")])
    assert (found.encoding, found.how) == ("cp1252", "guessed")


def test_plain_ascii_is_utf8() -> None:
    assert detect([b"DN300", b"Kitchener"]).encoding == "utf-8"
    assert detect([]).encoding == "utf-8"


@pytest.mark.parametrize(
    ("written", "found"),
    [("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32"), ("gbk", "gb18030")],
)
def test_whole_files(written: str, found: str) -> None:
    assert detect_text("\n".join(SENTENCES).encode(written)).encoding == found


def test_gbk_far_behind_a_million_plain_bytes_is_found() -> None:
    content = b"plain line of ascii\n" * 60_000 + "西湖路给水管网\n".encode("gbk") * 10
    assert detect_text(content).encoding == "gb18030"


def test_a_character_cut_at_the_end_is_no_damage() -> None:
    assert decode("邵阳".encode("gbk")[:-1], "gb18030") == ("邵", True)
    assert decode("邵阳".encode()[:-1], "utf-8") == ("邵", True)
    text, good = decode(b"ab\xff\xffcdefgh", "gb18030")
    assert not good
    assert "\ufffd" in text


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1))
def test_utf8_is_never_taken_for_anything_else(text: str) -> None:
    assert detect([text.encode()]).encoding == "utf-8"


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_make_it_fail(values: list[bytes]) -> None:
    found = detect(values)
    for value in values:
        decode(value, found.encoding)
    detect_text(b"\n".join(values))
