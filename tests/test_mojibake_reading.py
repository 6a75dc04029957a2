"""Parts of the reading of mojibake that work on much at once give what each would give by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.batch import to_codes, to_text
from encfix.repairs.mojibake.ambiguous_bytes import beam
from encfix.repairs.mojibake.encodings import charsets, inverses
from encfix.repairs.mojibake.encodings.pairs import PAIRS
from encfix.repairs.mojibake.judging import reading
from encfix.repairs.mojibake.judging.block import Block
from encfix.repairs.mojibake.lost_bytes import filling
from encfix.repairs.mojibake.lost_bytes.utf8 import read_utf8

CODECS = ("utf-8", "gbk", "cp950", "euc_jp", "cp932", "cp949")
CHARSETS = (*charsets.OF_EUROPE, *charsets.OF_ASIA)


@pytest.mark.parametrize("codec", CODECS)
@given(data=st.binary(max_size=60) | st.text("今天天气很好，abcé\x80", max_size=30).map(str.encode))
def test_bytes_of_no_character_become_lone_surrogates(codec: str, data: bytes) -> None:
    codes, starts = reading.read(data, codec)
    decoded = data.decode(codec, "surrogateescape")
    if codec == "cp932":  # which makes characters of these bytes, though none is part of one
        decoded = decoded.translate({0x80: 0xDC80, 0xF8F0: 0xDCA0, 0xF8F1: 0xDCFD, 0xF8F2: 0xDCFE, 0xF8F3: 0xDCFF})
    assert codes.tolist() == to_codes(decoded).tolist()
    assert starts[-1] == len(data)
    for code, start in zip(codes.tolist(), starts[:-1].tolist(), strict=True):
        assert not 0xDC80 <= code < 0xDD00 or data[start] == code - 0xDC00


@given(
    st.text(st.characters(max_codepoint=0xFFFF), max_size=40) | st.text("ÿя˙ˇ\xa0\uf8f3好"), st.sampled_from(CHARSETS)
)
def test_what_a_charset_lacks_is_what_it_has_no_bytes_for(text: str, charset: str) -> None:
    # FF is how a loss is written, too.
    of_ff = {b"\xff".decode(codec, "ignore") for codec in charsets.CODECS.get(charset, ())}
    lost = [inverses.encode(to_codes(character), charset).data == b"\xff" for character in text]
    lacking = sum(is_lost and character not in of_ff for is_lost, character in zip(lost, text, strict=True))
    assert Block(to_codes(text)).lacks(charset) == lacking


@given(st.text("今天天气很好绐楄竟鐨勫皬Ã¥\x80ÓůÓĂ„”—aé", max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_a_part_of_a_block_has_the_bytes_of_its_characters(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    block = Block(to_codes(text))
    for charset in CHARSETS:
        whole = block.raw(charset)
        part, alone = block.part(start, end).raw(charset), inverses.encode(to_codes(text[start:end]), charset)
        assert (part.data, part.starts.tolist()) == (alone.data, alone.starts.tolist())
        assert len(whole.starts) == len(text) + 1


def test_texts_are_filled_in_together_as_they_are_alone() -> None:
    broken = [
        read_utf8(text.encode().replace("子".encode(), "子".encode()[:2] + b"\xff"))  # its last byte is 90
        for text in ("老师问孩子几岁了。", "子", "他的妻子走得很慢\n花开得很好", "没有")
    ]
    together = filling.fill([one.codes for one in broken], [one.slots for one in broken], "utf-8", "cp1252")
    assert to_text(together[0][0]) == "老师问孩子几岁了。"
    for one, (codes, done) in zip(broken, together, strict=True):
        [(alone, alone_done)] = filling.fill([one.codes], [one.slots], "utf-8", "cp1252")
        assert codes.tolist() == alone.tolist()
        assert done == alone_done


def test_the_choice_for_a_long_line_is_not_kept_for_the_life_of_the_process() -> None:
    pair = next(pair for pair in PAIRS if (pair.true, pair.wrong) == ("gbk", "cp1252"))
    text = [bytes((byte,)) for byte in "今天天气很好。".encode("gbk")]
    choices = {3: ((text[3], 0.0), (b"\xa1", 0.0))}
    beam._chosen.cache_clear()
    assert beam.choose_pairs(text * 100, choices, pair) == (text * 100, [])
    assert not beam._chosen.cache_info().currsize
    assert beam.choose_pairs(text, choices, pair) == (text, [])
    assert beam._chosen.cache_info().currsize
