"""Measure `encfix.decode`: `python -m benchmarks.decoding [--cases N]`.

Three tables over clean sentences: which share of cut texts comes back exactly, in each encoding and at each length,
beside chardet; which share of files in mixed encodings does; and how many pages with one bad byte are otherwise right.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

import chardet

import encfix
from benchmarks.corpora import corpus, own_sentences
from encfix.decoding import codec_of

LENGTHS = (2, 4, 10, 30, 100)
"""In characters."""

JAPANESE = (
    "この町には古い寺がたくさん残っている。",
    "昨日の夜、友だちと駅前の店で晩ごはんを食べました。",
    "窓を開けると、庭の花の香りがした。",
    "弟は来年の春から北海道の大学で勉強するつもりだ。",
    "この機械の使い方をもう一度説明してください。",
    "雨が降りそうなので、傘を持って出かけた。",
    "祖母が作ってくれたスープの味は今でも忘れられない。",
    "会議は午後三時に始まり、二時間ほどで終わる予定です。",
    "図書館で借りた小説を電車の中で読み終えた。",
    "新しいカメラで子どもたちの写真を撮った。",
    "山の上から見る海はとてもきれいでした。",
    "毎週土曜日にテニスの練習をしています。",
)
KOREAN = (
    "이 마을에는 오래된 절이 많이 남아 있다.",
    "어제 저녁에 친구와 역 앞 가게에서 밥을 먹었습니다.",
    "창문을 열자 마당에서 꽃 냄새가 났다.",
    "동생은 내년 봄부터 부산에 있는 대학에서 공부할 생각이다.",
    "이 기계의 사용법을 다시 한 번 설명해 주세요.",
    "비가 올 것 같아서 우산을 가지고 나갔다.",
    "할머니가 만들어 주신 국 맛은 지금도 잊을 수 없다.",
    "회의는 오후 세 시에 시작해서 두 시간쯤 뒤에 끝날 예정입니다.",
    "도서관에서 빌린 소설을 전철에서 다 읽었다.",
    "새 카메라로 아이들의 사진을 찍었다.",
    "산 위에서 보는 바다는 정말 아름다웠어요.",
    "매주 토요일에 테니스 연습을 하고 있습니다.",
)

RARE = "𠀀𠮷䶮ñéàüěš😀㑇ẽ₿ſ"
"""Characters that take four bytes in GB 18030."""


@cache
def simplified() -> tuple[str, ...]:
    """Return the simplified sentences, the project's own where the corpus is absent."""
    return tuple(corpus("ud-gsd-dev.simplified.txt") or own_sentences())


@cache
def traditional() -> tuple[str, ...]:
    """Return the Traditional sentences; without the corpus, the simplified ones converted."""
    lines = corpus("ud-gsd-dev.traditional.txt")
    return tuple(lines or (encfix.clean(line, script="traditional").text for line in simplified()))


@cache
def cantonese() -> tuple[str, ...]:
    """Return sentences of Hong Kong; without the corpus, the Traditional ones."""
    return tuple(corpus("ud-hk.txt")) or traditional()


def with_rare(random: Random, text: str) -> str:
    """Return `text` with a character or more, one in ten, that takes four bytes in GB 18030."""
    characters = list(text)
    for place in random.sample(range(len(text)), max(len(text) // 10, 1)):
        characters[place] = random.choice(RARE)
    return "".join(characters)


def cut(random: Random, sentences: tuple[str, ...], length: int) -> str:
    """Return `length` characters from somewhere in the sentences; a longer text goes over their ends."""
    first = random.randrange(len(sentences))
    text = sentences[first]
    while len(text) < length:
        first += 1
        text += sentences[first % len(sentences)]
    start = random.randrange(len(text) - length + 1)
    return text[start : start + length]


@dataclass(frozen=True, slots=True)
class Row:
    """One encoding and one length: how many of `cases` encfix and chardet decode to the very text."""

    encoding: str
    length: int
    cases: int
    encfix: int
    chardet: int


ENCODINGS = {
    "utf-8": "simplified",
    "gbk": "simplified",
    "gb18030": "rare",
    "big5": "traditional",
    "big5hkscs": "cantonese",
    "utf-16-le": "simplified",
    "utf-16-be": "traditional",
    "hz": "simplified",
    "euc_jp": "Japanese",
    "shift_jis": "Japanese",
    "euc_kr": "Korean",
}
"""The encodings measured, and the text that they are measured on."""


def sample(random: Random, encoding: str, length: int) -> tuple[bytes, str]:
    """Return bytes in an encoding, and the text that they are."""
    kind = ENCODINGS[encoding]
    sentences = {"traditional": traditional, "cantonese": cantonese}.get(kind, simplified)()
    sentences = {"Japanese": JAPANESE, "Korean": KOREAN}.get(kind, sentences)
    while True:
        text = cut(random, sentences, length)
        if kind == "rare":
            text = with_rare(random, text)
        data = text.encode(encoding, "ignore")
        text = data.decode(encoding)
        if len(text) == length and not text.isascii():
            return data, text


def rows(cases: int) -> Iterator[Row]:
    """Yield the shares for every encoding and length."""
    for encoding in ENCODINGS:
        for length in LENGTHS:
            random = Random(f"{encoding} {length}")
            ours = theirs = 0
            for _ in range(cases):
                data, text = sample(random, encoding, length)
                ours += encfix.decode(data).text == text
                theirs += with_chardet(data) == text
            yield Row(encoding, length, cases, ours, theirs)


def with_chardet(data: bytes) -> str | None:
    """Return what chardet's answer makes of bytes, read as the superset that it stands for, as encfix does."""
    name = codec_of(chardet.detect(data)["encoding"] or "")
    try:
        return data.decode(name) if name else None
    except UnicodeDecodeError:
        return None


MIXES = (("utf-8", "gbk"), ("gbk", "utf-8"), ("utf-8", "big5"), ("big5", "utf-8"), ("gbk", "big5"), ("big5", "gbk"))
"""Encodings of most lines, and of the others."""


def mixed(random: Random, most: str, some: str, lines: int = 20) -> tuple[bytes, str]:
    """Return a file of which one line in ten, or more in a row, is in another encoding, and its text."""
    texts = []
    others = set(random.sample(range(lines), max(lines // 10, 1)))
    if random.random() < 0.5:
        first = random.randrange(lines - 3)
        others = set(range(first, first + 3))
    data = []
    for nth in range(lines):
        encoding = some if nth in others else most
        sentences = traditional() if encoding == "big5" else simplified()
        raw = random.choice(sentences).encode(encoding, "ignore")
        data.append(raw + b"\n")
        texts.append(raw.decode(encoding) + "\n")
    return b"".join(data), "".join(texts)


DAMAGES = ("lost", "stray", "changed", "cut")


def damaged(random: Random, encoding: str, damage: str, lines: int = 20) -> tuple[bytes, str, int]:
    """Return a page with one bad byte, its true text, and the character in which the byte is."""
    sentences = traditional() if encoding == "big5" else simplified()
    text = "\n".join(random.choice(sentences) for _ in range(lines)).encode(encoding, "ignore").decode(encoding)
    place = random.choice([nth for nth, character in enumerate(text) if character > "\x7f"])
    before, own = text[:place].encode(encoding), text[place].encode(encoding)
    after = text[place + 1 :].encode(encoding)
    at = random.randrange(len(own))
    if damage == "cut":  # the page ends inside a character
        return before + own[:-1], text[: place + 1], place
    if damage == "lost":
        own = own[:at] + own[at + 1 :]
    elif damage == "stray":
        own = bytes([random.randrange(0x80, 0x100)]) + own
    else:
        own = own[:at] + bytes([random.choice(b"\x20?\xff\x80")]) + own[at + 1 :]
    return before + own + after, text, place


def is_kept(decoded: str, text: str, place: int) -> bool:
    """Return whether all text but the damaged character, and one that a stray byte may cost, is right."""
    start = len(_common(decoded, text))
    end = len(_common(decoded[::-1], text[::-1]))
    return start >= place - 1 and end >= len(text) - place - 2 and abs(len(decoded) - len(text)) <= 2


def _common(first: str, second: str) -> str:
    length = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        length += 1
    return first[:length]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    cases = parser.parse_args().cases
    print(f"texts decoded exactly, of {cases}\n{'':10} {'characters':>10} {'encfix':>8} {'chardet':>8}")
    for row in rows(cases):
        shares = f"{row.encfix / row.cases:8.1%} {row.chardet / row.cases:8.1%}"
        print(f"{row.encoding:10} {row.length:10} {shares}{'  behind' * (row.encfix < row.chardet)}", flush=True)
    print(f"\nfiles of 20 lines in mixed encodings decoded exactly, of {cases}")
    for most, some in MIXES:
        random = Random(f"{most} {some}")
        files = [mixed(random, most, some) for _ in range(cases)]
        exact = sum(encfix.decode(data).text == text for data, text in files)
        print(f"{some:>6} in {most:6} {exact / cases:8.1%}", flush=True)
    print("\npages with one bad byte of which all other text is right, of 50")
    for encoding in ("gbk", "big5", "utf-8"):
        for damage in DAMAGES:
            random = Random(f"{encoding} {damage}")
            pages = [damaged(random, encoding, damage) for _ in range(50)]
            kept = sum(is_kept(encfix.decode(data).text, text, place) for data, text, place in pages)
            print(f"{encoding:6} {damage:8} {kept:4}", flush=True)


if __name__ == "__main__":
    main()
