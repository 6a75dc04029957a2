"""How probable a reading of bytes is: the log probability of the text that it gives, line by line.

An encoding is one to one, so the probability of bytes under an encoding is that of the text that they decode to, and
readings of different lengths compare without any norm. Chinese is judged by the model of Chinese; for the other
languages it is enough to say what letters cost there, for text in the wrong encoding is improbable in each of them.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from encfix.arrays import Scores
from encfix.batch import to_codes
from encfix.chinese import model
from encfix.chinese.neighbours import FIRST_HANGUL, LAST_HANGUL, log_korean

LETTER = -3.2
"""What a letter of the ASCII costs beside others; the entropy of English letters by themselves is a bit less."""

BAD = -20.0
"""What a byte costs that cannot be decoded, and a control character that no text holds."""

STRANDED = -6.0
"""What an ideograph costs extra between two small letters, where an accented letter would stand."""

LONELY = -1.5
"""What an ideograph costs extra between two spaces, where a word of Korean would stand."""

# The syllables that make up half of Korean text.
_FREQUENT_HANGUL = (
    "이다는을의에가지고하도로은기리한사자대어서나시인아해부정일주그제상전들보수면여과장게소성스만공국모것라와조경적있구비원"
    "위안생유었러오있우무선동연문방행개드회실관화거물간신미니세요습를으했없되할때내중학년같않등"
)

# And those that make up most of the rest.
_COMMON_HANGUL = (
    "님데날씨책샀커피매침까걸며든른법건최람계산재통식차용록살민교히밖버음별심움향급린당외권태단름속현본원품군영업분백운환노집알"
    "감석벽열점체활류예규종함임진토형격불편필황청질결준술쪽초추파포표항호효휴희각격견곳금길꿈끝남널녀높늘달담답독될두둘뒤드따"
    "떻또라락란랑량력련령례론료루률르를맞머먹먼메명목몸못문물및밀받발밤방밥배번범변병봉부북빛빠뿐새색생섬센셨송순승싶쓰씩악약"
    "얘억언얼엄엇에여역엔였온올옷완왕요욕울웃월육율음응잊작잘잡장적절접젊족존죽줄중즉직짓쪽찾책처천철축출취치친크큰타특평학한해험혀"
    "앞옆쯤꽃냄뭐왜꼭딸빨빵쌀쓴찍촌춘컴켜콩텔톱팀팔펴폰풍핸홈횟힘닭닫덕덤덜덥돈돕둥딱떡땅뚜뜻띠랫림립링막맑맘멀몇몰묻믿겠겨겼곧골굴굳귀귤"
    "깊깨껏꾸꿀끓끼낌낮낳냐냥넓넣넷놀놓눈눌눠늦닐댁더덮뎌돌됐둔뒷듣똑뛰뜨뜰렇렸롭롯룸뤄릅맨맡멋멘묘묵뮤믹밑박밝벌베벗복볶볼봄붙뷰블빌빚뻐"
    "뽑뿌쁘쁜삼샵섞섯셋솔솥쇼숙숨숲숫쉬쉽슨슬슴싫싸쌓썼쏘쑥쓸씀씻앉앓얇엌엮엷옥옮웠윗읽잃입잎잠잤젖졌좀좁좋죄죠줍쥐즐짜짝짧쩌째쨌쪄쫓찌찐"
    "찢찮찰참창찼챙척쳐촬총촛촉층칠칼캐컵켓코콘쿠퀴클킬킨킹탁탄탈탕터턱털테튀튼팅판패팩퍼펜푸푼풀프플핀합햇햄허헌헤헬혼홀홍획후훈훌흐흑흔"
    "흘흙흥흰"
)

# Marks that Korean writes in half width, or not at all, and Chinese all the time; what one of them costs in Korean.
_NOT_KOREAN, _MARK_NOT_KOREAN = "，。？！：；（）、", -12.0

# Blocks whose letters a text in a single-byte encoding may hold, with what one of them costs in such a text.
_ALPHABETS = ((0xC0, 0x24F, -4.8), (0x370, 0x3FF, -4.6), (0x400, 0x45F, -4.4), (0x5D0, 0x5EA, -4.4),
              (0x621, 0x652, -4.4), (0xE01, 0xE5B, -4.4))  # fmt: skip


class Reading(NamedTuple):
    """What bytes are if `encoding` is right: the log probability of each line, or of the whole in one item."""

    encoding: str
    lines: Scores


@cache
def _costs(language: str) -> npt.NDArray[np.float32]:
    """Return what each code point of the BMP costs in a language; NaN where the model of Chinese says it."""
    costs = np.full(0x10000, np.nan, dtype=np.float32)
    costs[:0x20] = costs[0x7F:0xA0] = BAD
    costs[[ord("\t"), ord("\n"), ord("\r")]] = -4.0
    costs[ord("A") : ord("Z") + 1] = costs[ord("a") : ord("z") + 1] = LETTER
    costs[0xFFFD] = BAD
    costs[0xAC00:0xD7A4] = -13.0
    if language == "Chinese":
        # Rules, boxes and words in other scripts: rare, but one is seldom alone.
        costs[0x2010:0x2C00] = np.maximum(model.log_unigram(np.arange(0x2010, 0x2C00, dtype=np.uint32)), -8.0)
        for first, last in ((0x370, 0x460), (0x3105, 0x312A), (0x3200, 0x3400)):
            costs[first:last] = -7.0
    elif language == "Japanese":
        han = model.log_unigram(np.arange(0x4E00, 0xA000, dtype=np.uint32))
        costs[0x4E00:0xA000] = np.maximum(han, -11.0)
        costs[0x3041:0x3094] = -4.2
        costs[0x30A1:0x30FD] = -5.0
        costs[0xFF61:0xFFA0] = -8.0
    elif language == "Korean":
        costs[0x4E00:0xA000] = -13.0
        costs[FIRST_HANGUL:LAST_HANGUL] = log_korean(np.arange(FIRST_HANGUL, LAST_HANGUL, dtype=np.uint32))
        costs[list(map(ord, _NOT_KOREAN))] = _MARK_NOT_KOREAN
        costs[[ord(syllable) for syllable in _COMMON_HANGUL]] = -6.4
        costs[[ord(syllable) for syllable in _FREQUENT_HANGUL]] = -4.8
    elif language == "letters":
        costs[0xA0:0xC0] = -8.0
        costs[0x2013:0x2027] = -6.0
        costs[ord("€")] = -8.0
        for first, last, cost in _ALPHABETS:
            costs[first : last + 1] = cost
        costs[[0xD7, 0xF7]] = -8.0
        costs[0x3000:0xE000] = -14.0
    return costs


LANGUAGES = {"Chinese": 0.0, "Japanese": -3.0, "Korean": -4.0, "letters": -3.0}
"""What text in any encoding of Unicode may be in, and what is kept back for it."""

_OF_ENCODING = {
    "gb18030": ("Chinese",),
    "big5hkscs": ("Chinese",),
    "hz": ("Chinese",),
    "euc_jp": ("Japanese",),
    "cp932": ("Japanese",),
    "cp949": ("Korean",),
    "johab": ("Korean",),
}


def languages_of(encoding: str) -> tuple[str, ...]:
    """Return the languages that text in an encoding may be in.

    >>> languages_of("big5hkscs"), languages_of("cp1251")
    (('Chinese',), ('letters',))
    """
    if encoding.startswith(("utf", "iso2022")):
        return tuple(LANGUAGES)
    return _OF_ENCODING.get(encoding, ("letters",))


def width_of(encoding: str) -> int:
    """Return the number of bytes of the shortest character.

    >>> width_of("utf-16-le"), width_of("gb18030")
    (2, 1)
    """
    return {"utf-16": 2, "utf-32": 4}.get(encoding[:6], 1)


def log_probabilities(codes: npt.NDArray[np.uint32], language: str) -> npt.NDArray[np.float32]:
    """Return the log probability of each character after the one before it: float32 of shape (n,)."""
    given = _costs(language).take(codes, mode="clip")
    if language == "Chinese":
        logs = model.log_pair(codes)
        _add_stranded(logs, codes)
    else:
        logs = model.log_unigram(codes)
    if language == "letters":
        _add_odd_case(given, codes)
    return np.where(np.isnan(given), logs, given).astype(np.float32)


def _add_stranded(logs: npt.NDArray[np.float32], codes: npt.NDArray[np.uint32]) -> None:
    is_han = codes[1:-1] >= 0x3400
    for is_beside, cost in (((codes >= ord("a")) & (codes <= ord("z")), STRANDED), (codes == ord(" "), LONELY)):
        logs[1:-1][is_beside[:-2] & is_beside[2:] & is_han] += cost


def _add_odd_case(logs: npt.NDArray[np.float32], codes: npt.NDArray[np.uint32]) -> None:
    """Make a capital right after a small letter dear: wrong code pages give them all the time."""
    capital = _is_capital().take(codes, mode="clip")
    small = _is_small().take(codes, mode="clip")
    odd = np.flatnonzero(capital[1:] & small[:-1] & (codes[1:] > 0x7F)) + 1
    logs[odd] -= 4.0


@cache
def _is_capital() -> npt.NDArray[np.bool_]:
    return np.array([chr(code).isupper() for code in range(0x600)] + [False])


@cache
def _is_small() -> npt.NDArray[np.bool_]:
    return np.array([chr(code).islower() for code in range(0x600)] + [False])


def read(data: bytes, encoding: str) -> Reading:
    """Return how probable `data` is in an encoding, line by line, each line ending with a line feed or the data.

    Where the encoding does not keep the line feeds of the bytes, all is one line.

    >>> read("第一\\n第二".encode(), "utf-8").lines.shape
    (2,)
    """
    codes = to_codes(data.decode(encoding, "replace"))
    starts = np.append(0, np.flatnonzero(codes == ord("\n")) + 1)
    starts = starts[starts < len(codes)]
    if not len(starts):
        return Reading(encoding, np.zeros(1))
    # Behind the last line feed may stand what is no character, such as an escape sequence.
    if len(starts) != data.count(b"\n") + (not data.endswith(b"\n")) or width_of(encoding) > 1:
        starts = starts[:1]
    # A character that cannot be decoded costs as much as the bytes that it takes.
    lost = BAD * (width_of(encoding) - 1) * (codes == 0xFFFD)
    languages = languages_of(encoding)
    lines: list[Scores] = []
    for language in languages:
        kept = LANGUAGES[language] if len(languages) > 1 else 0.0
        lines.append(np.add.reduceat(log_probabilities(codes, language) + lost, starts, dtype=np.float64) + kept)
    return Reading(encoding, np.maximum.reduce(lines))
