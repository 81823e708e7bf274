from __future__ import annotations

import pytest

from richtext.reader import MAX_BLOCKS, MAX_BRACKETS, MAX_NESTING, read
from richtext.render import TextTooHard, render, render_inline


def test_lists_indented_by_two_or_three_spaces_stay_nested():
    html = render("- a\n  - b\n    - c\n\n1. x\n   - y\n")
    assert html.replace("\n", "") == (
        "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"
        "<ol><li>x<ul><li>y</li></ul></li></ol>"
    )


def test_neighbouring_lists_are_not_merged():
    assert render("- a\n\n* b\n").count("<ul>") == 2


def test_a_numbered_list_keeps_its_first_number():
    assert '<ol start="4">' in render("4. four\n5. five\n")


def test_code_in_a_list_is_kept_to_the_byte():
    html = render('- a\n\n  ```text\n  x   <y>\n\n    z & "q"\n  ```\n  tail\n')
    assert 'x   &lt;y&gt;\n\n  z &amp; "q"\n</code>' in html
    assert html.index("</code>") < html.index("tail") < html.index("</li>")


def test_code_is_coloured_with_classes_only():
    html = render("```sh\necho hello\n```\n")
    assert '<span class="code-nb">echo</span>' in html
    assert "style" not in html


def test_tables_align_without_style():
    html = render("| a | b |\n|---|:-:|\n| 1 \\| 2 | `x` |\n")
    assert '<td align="center"><code>x</code></td>' in html
    assert "1 | 2" in html
    assert "style" not in html


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("drop <instance name> now", "drop &lt;instance name&gt; now"),
        ("drop <host> now", "drop &lt;host&gt; now"),
        ("<your thing>\nbelow\n", "&lt;your thing&gt;"),
        ("a <%= tag %> b", "&lt;%= tag %&gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a <kbd>x</kbd> <b onclick='y'>z</b>", "<kbd>x</kbd> <b>z</b>"),
        ("~~gone~~ H~2~O snake_case_name", "<del>gone</del> H~2~O snake_case_name"),
        ("<details>\n<summary>s</summary>\n\n*in*\n\n</details>\n", "<em>in</em>"),
    ],
)
def test_tags_are_kept_or_shown_but_never_dropped(source, shown):
    assert shown in render(source).replace("<s>", "<del>").replace("</s>", "</del>")


def test_comments_are_not_shown():
    html = render("a <!-- b --> c\n\n<!--\n- [ ] d\n-->\n\ne")
    assert [word for word in "abcde" if f"{word}" in html.replace("<p>", "")] == ["a", "c", "e"]


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,hello)",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' java\nscript:alert(1)'>x</a>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<iframe src='https://x.example'></iframe>",
        "<form action='/x'><input></form>",
        "<b style='position:fixed' class='alert'>x</b>",
        '```x"onclick=y\ncode\n```',
        "[r]\n\n[r]: javascript:alert(1)",
    ],
)
def test_hostile_markup_is_harmless(source):
    html = render(source)
    tags = "".join(part.split(">")[0] for part in html.split("<")[1:])
    for evil in ("script:", "data:", "onerror", "onload", '"onclick', "style", "alert"):
        assert evil not in tags
    for tag in ("<script", "<svg", "<iframe", "<img", "<form", "<input"):
        assert tag not in html


def test_links_tell_no_one_and_ids_cannot_collide():
    html = render('[a](https://x.example) <b id="main">b</b> [c](#main)')
    assert 'href="https://x.example" rel="noopener noreferrer nofollow"' in html
    assert 'id="md-main"' in html
    assert 'href="#md-main"' in html


def test_images_become_links_with_their_description():
    html = render("![the plan](https://x.example/p.png) [![badge](b.png)](https://y.example)")
    assert (
        '<a href="https://x.example/p.png" rel="noopener noreferrer nofollow">the plan</a>' in html
    )
    assert ">badge</" in html
    assert "<img" not in html


def test_references_reach_across_the_text():
    html = render("See [the page][p].\n\n- and [p]\n\n[p]: https://x.example/ 'T'\n")
    assert html.count('href="https://x.example/" title="T"') == 2


def test_a_raw_table_that_would_move_text_is_shown_as_text():
    html = render("<table>\n<tr><td>one</td></tr>\n\ntwo\n\n</table>\n\nthree")
    assert html.index("one") < html.index("two") < html.index("three")
    assert "&lt;table&gt;" in html


def test_an_author_cannot_write_our_marks():
    html = render("\ufdd0c0\ufdd1 a\n\n```text\nsecret\n```\n")
    assert html.count("secret") == 1


def test_inline_has_no_block_around_it():
    assert render_inline("a *b* `<c>`") == "a <em>b</em> <code>&lt;c&gt;</code>"


@pytest.mark.parametrize(
    ("source", "line", "sentence"),
    [
        ("x\n\n" + "[" * (MAX_BRACKETS + 1), 3, "opening brackets"),
        (("[" * 190 + "\n\n") * 100, 23, "opening brackets"),
        (">" * 10_000, 1, "deep inside each other"),
        ("- " * (MAX_NESTING + 1) + "a", 1, "deep inside each other"),
        ("".join("  " * n + "- a\n" for n in range(90)), 21, "deep inside each other"),
        ("- " * 50_000, 1, "without a blank line"),
        ("a\n\n" + "b" * 20_001, 3, "without a blank line"),
        ("a\n" * 2_001, 1, "without a blank line"),
        ("a\n\n" * 40_000, 1, "at most 100,000"),
        ("# a\n\n" * (MAX_BLOCKS + 1), 1, "other blocks"),
        ("*a " * 6_000 + "\n\n" + "*a " * 6_000, 3, "marks"),
    ],
)
def test_text_that_costs_too_much_is_refused_with_its_place(source, line, sentence):
    with pytest.raises(TextTooHard, match=sentence) as refused:
        render(source)
    assert refused.value.line == line


def test_brackets_in_code_cost_nothing():
    assert "[" in render("```sh\n" + "[ -f x ] && y\n" * 300 + "```\n")


def test_blocks_know_their_lines():
    blocks = read("a\r\n\r\n- b\r\n  c\r\n- d\r\n").blocks
    assert [(b.kind, b.first, b.last) for b in blocks] == [
        ("paragraph", 1, 1),
        ("bullet_list", 3, 5),
    ]
