"""Characters that tell Japanese without kana from Chinese."""

from __future__ import annotations

from functools import cache

import numpy as np

from encfix.arrays import Mask

SHINJITAI = (
    "円図巣広弐応従徳恵悩戦抜択拝拠挙挿掲摂斉斎暁栄桜検楽様権歓毎気沢浄涙渇済渋渓満滝瀬焼犠獣畳発県砕穂穏"
    "竜絵続縄繊継総縁聴脳臓荘蔵薫薬蛍覚観訳読譲豊賛辺逓遅郷酔釈鉄鉱銭錬関闘険隣雑霊頼顕駅駆験髄髪鶏黒黙齢"
    "歯歩歳帰価仮仏伝浜塩売対込枠働亜悪圧囲壱隠営壊懐拡勧戯勲経軽撃倹剣圏厳効剤桟児実舎収縦粛渉乗剰壌嬢穣専捜騒増"
    "団単弾帯庁徴勅転変舗両塁隷暦歴労廃覇謡覧"
)
"""Characters as only Japan writes them."""

HARDLY_JAPANESE = "的了是我他她你在不這们們吗嗎呢吧很，"
"""Chinese words, and the comma, that a Japanese text without kana does not hold."""


@cache
def everyday_japanese() -> Mask:
    """Return which code points of the BMP are ideographs of everyday Japanese, those of JIS X 0208's first level."""
    rows = (bytes((row, cell)) for row in range(0xB0, 0xD0) for cell in range(0xA1, 0xFF))
    table = np.zeros(0x10000, dtype=np.bool_)
    table[[ord(character) for pair in rows for character in pair.decode("euc_jp", "ignore")]] = True
    return table
