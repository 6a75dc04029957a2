"""What is reported and never changed, and what looks like it and is not even reported."""

from __future__ import annotations

import pytest

import encfix

REPORTED = [
    ("noise.mask", "会议由***总书记主持召开。", "***"),
    ("noise.anti-copy", "楼主说得很有道理。J#iKk%&'m8~z\n大家都同意他的看法。", "J#iKk%&'m8~z"),
    ("noise.anti-copy", "大家都同意他的看法。\nJ#iKk%&'m8~z楼主说得很有道理。", "J#iKk%&'m8~z"),
    ("noise.hangul", "他놊知道这件事是谁做的。", "놊"),
    ("noise.furigana", "本章介绍普及ふきゅう的意思。", "ふきゅう"),
    ("noise.private-use", "他在\ue0aa路的尽头开了一家店。", "\ue0aa"),
    ("noise.question-marks", "第一行完好无损。\n????????，????。\n第三行也是。", "????????，????。"),
    ("noise.question-marks", "// ?取?入的?据，保存到?据?里\n数据都在这里。", "?取?入的?据，保存到?据?"),
    ("separator.question", "摘?要\n本章介绍研究的方法。", "?"),
    ("separator.question", "摘 ?要：本章介绍研究的方法。", "?"),
    ("separator.question", "摘? 要：本章介绍研究的方法。", "?"),
    ("separator.question", "本章介绍方法 ? ? ? 关键词见下。", "? ? ?"),
    ("separator.pictures", "他慢🃟慢地走了。", "🃟"),
    ("noise.mask", "反对****活动，打击一切违法行为。", "****"),
    ("noise.replacement", "他在\ufffd路的尽头开了一家店。", "\ufffd"),
]
UNREPORTED = [
    "会议的**重点**在这里，请看*下面*的内容。",
    "变量 ${perl:Depends} 会被 {pre,post}{inst,rm} 替换成 `a[$i]` 里的值。",
    '运行 ls -1 >>~/ls1.txt 以后，查看 "${RED}RED-TEXT${NORMAL}" 的颜色。',
    "程序从 Perl 的变量$ENV{PATH}里读路径，从$ENV{HOME}里读目录。",
    "打包时用%{name}-%{version}命名，号码要符合^\\d{3}-\\d{4}$才行。",
    "圆的方程是$x^2+y^2$等于半径的平方。",
    "|选项|含义|\n|~A{bullseye,sid}|匹配档案库|",
    "什么？？你说什么？？？",
    "不会吧？？？？？？？？？",
    "我裂开了?????????",
    "石原さとみ的作品我都看过。",
    "网上的뷁字没有什么意思。",
    "韩文里有뷁这样的音节，平时用不到。",
    "店名的이写得像一个圆圈。",
    "他姓김名민수，写的是뷁这样的文字。",
    "这一集的片名是「뷁」。",
    "中条あやみ出演了这部电影。",
    "表格里带**的为选填。",
    "真?假?",
    "第?页 共?页",
    "真的吗 ? 我不信 ? 你说呢 ?",
    "结果 = 正数 ? 加 : 减; 余数 ? 乘 : 除;",
    "铭文作卜?骨。",
]


@pytest.mark.parametrize(("rule", "text", "noise"), REPORTED)
def test_noise_is_reported_and_stays(rule: str, text: str, noise: str) -> None:
    result = encfix.clean(text)
    assert result.text is text
    assert [(finding.rules, finding.before) for finding in result.findings] == [((rule,), noise)]


def test_what_comes_once_is_less_than_likely() -> None:
    line = "?????????"
    password = "密码是P@ssw0rd!#2023$%，请记好。"
    for text in (f"你看到消息了吗\n{line}\n看到了", password):
        (finding,) = encfix.clean(text).findings
        (more, _) = encfix.clean(f"{text}\n{text}").findings
        assert finding.confidence == 0.5 < more.confidence


def test_bullets_that_became_question_marks_are_reported() -> None:
    text = "作者:王明\n来源:学生报 ? 2021年3月 ? 共读42次"
    assert [(finding.rules, finding.start) for finding in encfix.detect(text)] == [
        (("separator.question",), 13),
        (("separator.question",), 23),
    ]


def test_laughter_in_brackets_is_reported_and_stays() -> None:
    text = "他哈(ha)(ha)(ha)大笑。"
    result = encfix.clean(text)
    assert result.text is text
    assert {(finding.rules, finding.confidence) for finding in result.findings} == {(("gloss.repeated",), 0.5)}


def test_characters_that_a_font_draws_as_others_are_reported_line_by_line() -> None:
    text = "“𠔻𡃤了，𢫦𣇃在𤊥里？”\n𥁞𦍌𧈅没有𨉷𩀤，𠕁𡄥着𢬧。\n𣈄𤋦说：“𥂟𦎍𧉆𨊸𩁥。”"
    findings = encfix.clean(text).findings
    assert [text[finding.start : finding.end] for finding in findings] == [
        "𠔻𡃤了，𢫦𣇃在𤊥",
        "𥁞𦍌𧈅没有𨉷𩀤，𠕁𡄥着𢬧",
        "𣈄𤋦说：“𥂟𦎍𧉆𨊸𩁥",
    ]
    assert {finding.rules for finding in findings} == {("noise.substituted",)}
    assert encfix.clean(text).verdict == "lost"


def test_every_syllable_is_reported_where_some_stand_for_characters() -> None:
    text = "他心里놊由一沉，놛却껩没有说话。\n놊知道过了多久，그才开口。"
    findings = encfix.clean(text).findings
    assert [finding.before for finding in findings] == ["놊", "놛", "껩", "놊", "그"]
    assert {(finding.rules, finding.confidence) for finding in findings} == {(("noise.hangul",), 0.9)}
    assert encfix.detect(text, only=("noise",)) == findings


@pytest.mark.parametrize("text", UNREPORTED)
def test_what_looks_like_noise_is_not_reported(text: str) -> None:
    assert [finding for finding in encfix.clean(text).findings if finding.kind in ("noise", "separator")] == []
