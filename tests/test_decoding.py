"""Bytes to text: labels, marks, declarations, short text, mixed lines, bad bytes, and that nothing raises."""

from __future__ import annotations

import threading
import time
from encodings.aliases import aliases
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import encfix
from benchmarks import decoding as benchmark
from encfix.decoding import codec_of
from encfix.decoding.judge import SAMPLE
from encfix.decoding.labels import charset_of, declared_in
from encfix.decoding.lines import BLOCK
from tests.conftest import corpus

SIMPLIFIED = "省委副书记强调，要继续推进教育改革。"
TRADITIONAL = "省委副書記強調，要繼續推進教育改革。"

bytes_of_text = st.builds(
    lambda text, encoding: text.encode(encoding, "ignore"),
    st.text(st.sampled_from("中文编码測試學習あア한국éñ \n，。abc<>~{}\0")),
    st.sampled_from(["gb18030", "big5hkscs", "utf-8", "utf-16-le", "cp949", "cp932", "hz", "iso2022_jp", "cp1252"]),
)
any_bytes = st.one_of(
    st.binary(), bytes_of_text, st.lists(st.one_of(st.binary(max_size=4), bytes_of_text), max_size=6).map(b"\n".join)
)
labels = st.sampled_from(sorted({*aliases.values(), "gbk", "utf-16", "x", "text/html; charset="}))
escapes = st.sampled_from((b"\n", b"\x1b$B", b"\x1b(B", b"\x1b$)C", b"\x0e", b"\x0f", b"~{", b"~}", b"~\n", b"\xe9"))
escaped_bytes = st.lists(st.one_of(escapes, st.binary(max_size=4), bytes_of_text), max_size=8).map(b"".join)


def check(data: bytes, decoded: encfix.Decoded) -> None:
    """Between the changes the bytes are strictly in the encoding; with them they give the text."""
    pieces, done = [], len(decoded.mark)
    assert data.startswith(decoded.mark)
    for change in decoded.changes:
        assert done <= change.start < change.end <= len(data)
        assert change.before.encode("latin-1") == data[change.start : change.end]
        pieces += [data[done : change.start].decode(decoded.encoding), change.after]
        done = change.end
    pieces.append(data[done:].decode(decoded.encoding))
    assert "".join(pieces) == decoded.text
    assert 0 <= decoded.confidence <= 1
    if decoded.strict:
        assert not decoded.changes
        assert decoded.encode(decoded.text) == data


class TestLaws:
    @given(st.one_of(any_bytes, escaped_bytes), st.one_of(st.none(), labels), st.one_of(st.none(), labels))
    def test_any_bytes_become_text(self, data: bytes, declared: str | None, in_page: str | None) -> None:
        page = f'<meta charset="{in_page}">\n'.encode() if in_page else b""
        check(page + data, encfix.decode(page + data, declared))

    def test_what_is_no_character_may_follow_the_last_line_feed(self) -> None:
        data = b'<meta charset="iso-2022-jp">\n\xe9\n\x1b$B'
        check(data, encfix.decode(data))

    def test_a_fault_of_encfix_costs_the_text_and_raises_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("encfix.decoding.judge", fail)
        data = SIMPLIFIED.encode("gbk")
        with pytest.warns(RuntimeWarning, match="a fault in encfix, please report it: ZeroDivisionError"):
            decoded = encfix.decode(data)
        check(data, decoded)
        assert (decoded.text, decoded.confidence) == (data.decode("utf-8", "replace"), 0.0)
        assert [(change.rules, change.start, change.end) for change in decoded.changes] == [
            (("noise.fault",), 0, len(data))
        ]
        assert encfix.decode(SIMPLIFIED.encode()).text == SIMPLIFIED

    @given(st.text().filter(lambda text: not {"\0", "\x1b"} & set(text) and "~{" not in text))
    def test_utf_8_is_utf_8(self, text: str) -> None:
        data = text.encode("utf-8", "ignore")
        decoded = encfix.decode(data, "gbk")
        assert (decoded.encoding, decoded.strict) == ("utf-8", True)
        assert decoded.encode(decoded.text) == data

    @given(any_bytes)
    def test_same_bytes_same_text(self, data: bytes) -> None:
        assert encfix.decode(data) == encfix.decode(bytearray(data)) == encfix.decode(data)

    def test_threads_do_not_disturb_each_other(self) -> None:
        pages = [b"\xff".join([SIMPLIFIED.encode("gbk")] * n) for n in range(2, 10)]
        wanted = [encfix.decode(page) for page in pages]
        found: list[list[encfix.Decoded]] = []

        def work() -> None:
            found.append([encfix.decode(page) for page in pages])

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [wanted] * 4

    @pytest.mark.parametrize(
        "piece", [b"\xb0", b"\xb0\xa1\xff", b"\xff\n", bytes(range(256)), b"\xe4\xb8\n", b"\xfe\xfe\xb0\xa1"]
    )
    def test_time_is_linear(self, piece: bytes) -> None:
        def seconds(size: int) -> float:
            started = time.perf_counter()
            encfix.decode(piece * (size // len(piece)))
            return time.perf_counter() - started

        seconds(1000)
        assert seconds(320_000) < 40 * seconds(40_000) + 1  # quadratic would be 64 times


class TestSaid:
    @pytest.mark.parametrize(
        ("label", "codec"),
        [
            ("GB2312", "gb18030"),
            ("gbk", "gb18030"),
            ("x-gbk", "gb18030"),
            ("big5", "big5hkscs"),
            ("Big5-HKSCS", "big5hkscs"),
            ("cn-big5", "big5hkscs"),
            ("iso-8859-1", "cp1252"),
            ("us-ascii", "cp1252"),
            ("utf8", "utf-8"),
            ("unicode", "utf-16-le"),
            ("shift_jis", "cp932"),
            ("euc-kr", "cp949"),
            ("windows-1251", "cp1251"),
            ("rot13", None),
            ("base64", None),
            ("utf-7", None),
            ("", None),
            ("无", None),
            ("a\0b", None),
            ("punycode", None),
            ("../x", None),
        ],
    )
    def test_labels(self, label: str, codec: str | None) -> None:
        assert codec_of(label) == codec

    def test_declarations(self) -> None:
        assert charset_of('text/html; Charset="GB2312"') == "gb18030"
        assert declared_in(b"<?xml version='1.0' encoding='Big5'?>") == "big5hkscs"
        assert declared_in(b"<head><META charset=euc-jp>") == "euc_jp"
        assert declared_in(b"<meta charset=utf-16>") == "utf-8"
        assert declared_in(b"<p>charset=gbk</p>") is None
        assert declared_in(b" " * 2000 + b"<meta charset=gbk>") is None

    @pytest.mark.parametrize("text", ["\0\ufeff\ufeff", "\0é", "一\0", "find\0-print0\0"])
    def test_a_nul_does_not_make_utf_8_another_encoding_of_bytes(self, text: str) -> None:
        decoded = encfix.decode(text.encode(), "euc-kr")
        assert (decoded.text, decoded.encoding, decoded.strict) == (text, "utf-8", True)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
    def test_mark_decides_and_is_set_aside(self, encoding: str) -> None:
        data = TRADITIONAL.encode(encoding)
        decoded = encfix.decode(data, "gbk")
        assert (decoded.text, decoded.strict, decoded.confidence) == (TRADITIONAL, True, 1.0)
        assert decoded.encode(TRADITIONAL) == data
        marked = b"\x84\x31\x95\x33" + SIMPLIFIED.encode("gb18030")
        assert encfix.decode(marked).text == SIMPLIFIED

    def test_declaration_decides_where_text_does_not(self) -> None:
        data = b"\xb1\xe4"  # 变 in GBK, 曹 in Big5
        assert encfix.decode(data, "gb2312").text == data.decode("gbk")
        assert encfix.decode(data, "text/plain; charset=big5").text == data.decode("big5")

    def test_declaration_loses_against_evidence(self) -> None:
        assert encfix.decode(SIMPLIFIED.encode(), "gbk").text == SIMPLIFIED
        assert encfix.decode(SIMPLIFIED.encode("gbk"), "utf-8").text == SIMPLIFIED
        assert encfix.decode(SIMPLIFIED.encode("gbk"), "big5").text == SIMPLIFIED
        assert encfix.decode(b"<meta charset=iso-8859-1>" + TRADITIONAL.encode("big5")).text.endswith(TRADITIONAL)


class TestDecoding:
    @pytest.mark.parametrize("encoding", [name for name in benchmark.ENCODINGS if name != "utf-8"])
    def test_at_least_as_often_right_as_chardet(self, encoding: str) -> None:
        corpus("ud-gsd-dev.simplified.txt")
        for length in (4, 10, 30, 100):
            random = Random(f"test {encoding} {length}")
            samples = [benchmark.sample(random, encoding, length) for _ in range(60)]
            ours = sum(encfix.decode(data).text == text for data, text in samples)
            theirs = sum(benchmark.with_chardet(data) == text for data, text in samples)
            assert ours >= theirs
            assert ours >= (54 if length == 4 else 58)

    @pytest.mark.parametrize(("encoding", "text"), [("gbk", SIMPLIFIED), ("big5", TRADITIONAL)])
    def test_two_characters_suffice(self, encoding: str, text: str) -> None:
        words = [text[start : start + 2] for start in range(2, 8, 2)]
        assert [encfix.decode(word.encode(encoding)).text for word in words] == words

    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("cp1251", "Съешь же ещё этих мягких французских булок, да выпей чаю."),
            ("cp1252", "Le café à côté de la gare était fermé, hélas, cet été-là."),
            ("cp1253", "Η γρήγορη αλεπού πηδάει πάνω από το σκυλί."),
            ("iso2022_jp", "これは日本語の文章です。"),
            ("iso2022_kr", "이것은 한국어 문장입니다."),
        ],
    )
    def test_other_languages(self, encoding: str, text: str) -> None:
        assert encfix.decode(text.encode(encoding)).text == text

    @pytest.mark.parametrize(
        "text", ["救命啊啊啊啊啊啊啊啊啊啊啊谁懂啊家人们", "⿰氵工＝江，⿱艹化＝花，⿴囗玉＝国，⿸广木＝床"]
    )
    def test_chinese_of_rare_characters_is_no_korean(self, text: str) -> None:
        assert encfix.decode(text.encode("gb18030")).text == text

    def test_ascii_is_no_utf_16(self) -> None:
        for text in ("Bush hid the facts", "this app can break", "a ~{ b", "~{~}", "\x1b$B"):
            assert encfix.decode(text.encode()).text == text

    def test_the_only_chinese_line_of_a_large_file_counts(self) -> None:
        text = "x = 1\n" * SAMPLE + f"# {SIMPLIFIED}\n" + "y = 2\n" * SAMPLE
        decoded = encfix.decode(text.encode("gbk"))
        assert (decoded.encoding, decoded.text == text) == ("gb18030", True)

    def test_codes_that_do_not_come_back_are_not_strict(self) -> None:
        data = TRADITIONAL.encode("big5") + b"\xa2\xcc" + b"\x88\x62"  # a double of 兀; two characters at once
        check(data, encfix.decode(data))
        assert not encfix.decode(data).strict


class TestMixed:
    @pytest.mark.parametrize(("most", "some"), benchmark.MIXES)
    def test_lines_in_another_encoding(self, most: str, some: str) -> None:
        corpus("ud-gsd-dev.simplified.txt")
        random = Random(f"test {most} {some}")
        files = [benchmark.mixed(random, most, some) for _ in range(40)]
        decoded = [encfix.decode(data) for data, _ in files]
        for (data, _), result in zip(files, decoded, strict=True):
            check(data, result)
            assert not result.strict
        assert sum(result.text == text for result, (_, text) in zip(decoded, files, strict=True)) >= 38

    def test_change_says_which_lines_and_why(self) -> None:
        head = f"{SIMPLIFIED}\n".encode() * 3
        line = f"{SIMPLIFIED}\n".encode("gbk")
        (change,) = encfix.decode(head + line + line + head).changes
        assert (change.start, change.end) == (len(head), len(head) + 2 * len(line))
        assert (change.rules, change.reason) == (("mojibake.mixed-lines",), "gb18030 in a file of utf-8")

    def test_lines_beyond_one_block(self) -> None:
        line = f"{SIMPLIFIED}\n".encode()
        data = line * (BLOCK // len(line)) + f"{SIMPLIFIED}\n".encode("gbk") + line * 10
        assert set(encfix.decode(data).text.splitlines()) == {SIMPLIFIED}


class TestDamage:
    @pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
    @pytest.mark.parametrize("damage", benchmark.DAMAGES)
    def test_page_with_one_bad_byte_keeps_all_other_text(self, encoding: str, damage: str) -> None:
        corpus("ud-gsd-dev.simplified.txt")
        random = Random(f"test {encoding} {damage}")
        for _ in range(50):
            data, text, place = benchmark.damaged(random, encoding, damage)
            decoded = encfix.decode(data)
            check(data, decoded)
            assert benchmark.is_kept(decoded.text, text, place)

    @pytest.mark.parametrize("damage", benchmark.DAMAGES)
    def test_page_in_big5_keeps_most_other_text(self, damage: str) -> None:
        corpus("ud-gsd-dev.traditional.txt")
        random = Random(f"test big5 {damage}")
        pages = [benchmark.damaged(random, "big5", damage) for _ in range(50)]
        assert sum(benchmark.is_kept(encfix.decode(data).text, text, place) for data, text, place in pages) >= 42

    @pytest.mark.parametrize(
        ("text", "lost"),
        [
            ("很多人是不領取任何報酬的自願者", 14),
            ("必要職員組織行政機關", 8),
            ("歡迎光臨重要的交通樞紐、集裝箱運輸幹線", 23),
        ],
    )
    def test_byte_lost_in_big5_shows_by_a_letter(self, text: str, lost: int) -> None:
        data = text.encode("big5")
        decoded = encfix.decode("他說：「今天天氣很好。」\n".encode("big5") + data[:lost] + data[lost + 1 :])
        assert decoded.text.endswith(text[: lost // 2] + "\ufffd" + text[lost // 2 + 1 :])

    @pytest.mark.parametrize("line", ["剖剝跛簸頗播撥般婆坡玻po", "卡拉OK和維他命C", "最近腎虧喎b", "A股與T恤、K書"])
    def test_letter_behind_rare_characters_stays(self, line: str) -> None:
        text = f"今天天氣很好，我們繼續學習。\n{line}\n"
        assert encfix.decode(text.encode("big5hkscs")).text == text

    def test_bad_byte_is_a_change_at_its_offset(self) -> None:
        data = SIMPLIFIED.encode()
        (change,) = encfix.decode(data[:6] + b"\xff" + data[6:]).changes
        assert (change.start, change.end, change.before, change.after) == (6, 7, "\xff", "\ufffd")
        assert change.rules == ("mojibake.bad-byte",)

    @pytest.mark.parametrize(
        ("name", "encoding"), [("simplified", "gbk"), ("traditional", "big5"), ("traditional", "gbk")]
    )
    def test_good_text_is_strict(self, name: str, encoding: str) -> None:
        lines = corpus(f"ud-gsd-dev.{name}.txt")
        for text in (*("\n".join(lines[start : start + 10]) for start in range(0, len(lines), 10)), "\n".join(lines)):
            data = text.encode(encoding, "ignore")
            decoded = encfix.decode(data)
            assert (decoded.text, decoded.strict) == (data.decode(encoding), True)

    @pytest.mark.parametrize(
        "text",
        [
            "─" * 60,
            "★☆" * 30,
            "＝＝＝" * 20,
            "あいう" * 20,
            "Привет" * 10,
            "魑魅魍魉饕餮耄耋" * 8,
            "亻刂氵灬忄扌犭纟讠钅饣艹辶阝宀疒",
        ],
    )
    def test_odd_text_is_not_cut_anew(self, text: str) -> None:
        data = f"{SIMPLIFIED}\n{text}\n{SIMPLIFIED}\n".encode("gbk")
        decoded = encfix.decode(data)
        assert (decoded.text, decoded.strict) == (data.decode("gbk"), True)
