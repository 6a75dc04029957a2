"""Half-width marks are widened in Chinese text if that is asked for, and nowhere else."""

from __future__ import annotations

import pytest

import encfix


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("今天天气好,我们去公园!你去吗?", "今天天气好，我们去公园！你去吗？"),
        ("注意:本文仅供参考;请勿转载", "注意：本文仅供参考；请勿转载"),
        ('他说:"你好",然后走了', '他说："你好"，然后走了'),
        ("价格(元):100", "价格（元）:100"),
        ("(一)总则\n(二)附则", "（一）总则\n（二）附则"),
        ("张三(男(汉族))来了", "张三（男（汉族））来了"),
    ],
)
def test_marks_of_chinese_text_become_wide(before: str, after: str) -> None:
    result = encfix.clean(before, punctuation="fullwidth")
    assert result.text == after
    assert {change.rules for change in result.changes} == {("punctuation.fullwidth",)}
    assert encfix.clean(before).text == before


@pytest.mark.parametrize(
    "text",
    [
        "参见图1,表2",
        "早上8:30到",
        "函数f(x),值",
        "中国(China)很大",
        "中文,English",
        "没有合上(的括号\n和)另一行",
        '把"?"和「!」删掉',
        '{"姓名":"张三","城市":"北京"}',
        "VALUES ('张三','男')",
        "见 http://a.example/词典,卷一 和 https://b.example/表(上)",
        "写成 `甲,乙(丙)` 即可",
    ],
)
def test_marks_of_other_text_stay(text: str) -> None:
    assert encfix.clean(text, punctuation="fullwidth").text == text
