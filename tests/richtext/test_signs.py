"""Signs that cannot be seen, or look like others: which they are, and how they are drawn."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from richtext.drawn import drawn, drawn_text
from richtext.render import render
from richtext.signs import SignKind, named, refusal, signs


def kinds(text: str) -> list[SignKind]:
    return [sign.kind for sign in signs(text)]


@pytest.mark.parametrize(
    ("text", "name", "kind", "instead"),
    [
        ("a\u202eb", "U+202E RIGHT-TO-LEFT OVERRIDE", SignKind.REORDERING, ""),
        ("a\u2067b", "U+2067 RIGHT-TO-LEFT ISOLATE", SignKind.REORDERING, ""),
        ("a\x1b[2K", "U+001B ESCAPE", SignKind.CONTROL, ""),
        ("a\x08b", "U+0008 BACKSPACE", SignKind.CONTROL, ""),
        ("a\x7fb", "U+007F DELETE", SignKind.CONTROL, ""),
        ("a\x9b2K", "U+009B CONTROL SEQUENCE INTRODUCER", SignKind.CONTROL, ""),
        ("a\u200bb", "U+200B ZERO WIDTH SPACE", SignKind.UNSEEN, ""),
        ("a\u200db", "U+200D ZERO WIDTH JOINER", SignKind.UNSEEN, ""),
        ("a\u2060b", "U+2060 WORD JOINER", SignKind.UNSEEN, ""),
        ("a\ufeffb", "U+FEFF ZERO WIDTH NO-BREAK SPACE", SignKind.UNSEEN, ""),
        ("a\u00adb", "U+00AD SOFT HYPHEN", SignKind.UNSEEN, ""),
        ("a\u3164b", "U+3164 HANGUL FILLER", SignKind.UNSEEN, ""),
        ("a\ufe0fb", "U+FE0F VARIATION SELECTOR-16", SignKind.UNSEEN, ""),
        ("a\U000e0061b", "U+E0061 TAG LATIN SMALL LETTER A", SignKind.UNSEEN, ""),
        ("a\u00a0b", "U+00A0 NO-BREAK SPACE", SignKind.BLANK, " "),
        ("a\u202fb", "U+202F NARROW NO-BREAK SPACE", SignKind.BLANK, " "),
        ("a\u3000b", "U+3000 IDEOGRAPHIC SPACE", SignKind.BLANK, " "),
        ("\u2013h", "U+2013 EN DASH", SignKind.DASH, "-"),
        ("\u2014h", "U+2014 EM DASH", SignKind.DASH, "-"),
        ("\u2212h", "U+2212 MINUS SIGN", SignKind.DASH, "-"),
        ("\u2019", "U+2019 RIGHT SINGLE QUOTATION MARK", SignKind.QUOTE, "'"),
        ("\u2033", "U+2033 DOUBLE PRIME", SignKind.QUOTE, '"'),
        ("\uff52", "U+FF52 FULLWIDTH LATIN SMALL LETTER R", SignKind.WIDE, "r"),
        ("\U0001d42b", "U+1D42B MATHEMATICAL BOLD SMALL R", SignKind.WIDE, "r"),
        ("d\u0430ta", "U+0430 CYRILLIC SMALL LETTER A", SignKind.LETTER, "a"),
        ("d\u03bfta", "U+03BF GREEK SMALL LETTER OMICRON", SignKind.LETTER, "o"),
        ("n\u0430\u00efve", "U+0430 CYRILLIC SMALL LETTER A", SignKind.LETTER, "a"),
        ("\u2026", "U+2026 HORIZONTAL ELLIPSIS", SignKind.OTHER, "..."),
    ],
)
def test_a_sign_is_named_and_says_what_belongs_there(text, name, kind, instead):
    (sign,) = signs(text)
    assert (sign.name, sign.kind, sign.instead) == (name, kind, instead)
    assert text[sign.place] == sign.text


@pytest.mark.parametrize(
    "text",
    [
        "plain text\twith a tab\nand a line",
        "Größe naïve façade Łódź",
        "привет мир, с новым",
        "SQLный запрос, пункт 1а",
        "μs kΩ ΔT",
        "数据库 DB服务器",
        "⚠️ 1️⃣ 👩‍💻",
        "می‌خواهم",
        "عربي ١٢٣ עברית",
        "½ m² № ™",
    ],
)
def test_what_is_usual_in_writing_is_no_finding(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("M\u00fcller\u2019s vault", ""),
        ("\u0441\u0435\u0440\u0432\u0435\u0440\u043d\u0430\u044f", ""),
        ("\u91d1\u5eab\uff08\u6771\u4eac\uff09", ""),
        (
            "pr\u043ed",
            "U+043E CYRILLIC SMALL LETTER O, which looks like o.",
        ),
        ("db\u00a01", "U+00A0 NO-BREAK SPACE in the place of a space."),
        ("db\u20131", "U+2013 EN DASH, which looks like -."),
        ("db\u200b1", "U+200B ZERO WIDTH SPACE, which nobody can see."),
        (
            "\uff44b1",
            "U+FF44 FULLWIDTH LATIN SMALL LETTER D, which looks like d.",
        ),
        ("db\x7f", "U+007F DELETE, which nobody can see."),
    ],
)
def test_a_name_is_what_it_seems(name, sentence):
    assert refusal(name) == (f"It holds {sentence} Type it again." if sentence else "")


def test_a_dash_may_stand_in_a_name_that_is_no_part_of_a_command():
    assert refusal("Vault \u2013 Berlin", dashes=False) == ""


def test_an_unnamed_control_character_has_its_code_point():
    assert named("\x80") == "U+0080 CONTROL"


def test_code_is_drawn_with_its_signs_and_still_holds_them():
    html = drawn_text("ls\u00a0-l \u202eabc\u202c \u2013h <x>")
    assert 'data-sign="U+00A0"' in html
    assert 'title="U+202E RIGHT-TO-LEFT OVERRIDE"' in html
    assert 'title="U+2013 EN DASH"' in html
    assert 'data-sign="U+2013"' not in html
    assert "&lt;x&gt;" in html
    assert _copied(html) == "ls\u00a0-l \u202eabc\u202c \u2013h <x>"


def test_signs_in_a_row_are_drawn_once_with_their_count():
    html = drawn_text("\u00a0\u00a0\u00a0x")
    assert html.count("<span") == 1
    assert 'data-sign="U+00A0 × 3"' in html
    assert _copied(html) == "\u00a0\u00a0\u00a0x"


def test_words_from_right_to_left_are_isolated_in_code():
    html = drawn_text("rm /srv/אבג/דה/1")
    assert html == "rm /srv/<bdi>אבג</bdi>/<bdi>דה</bdi>/1"


def test_running_text_keeps_its_dashes_and_shows_what_reorders():
    html = drawn(render("Say \u201cyes\u201d \u2013 \u202eno\u202c and `ls\u00a0-l \u2013a`"))
    assert html.count('class="strange"') == 4
    assert "Say \u201cyes\u201d \u2013 <span" in html
    assert 'data-sign="U+202E"' in html
    assert '<code>ls<span class="strange" data-sign="U+00A0"' in html


def test_no_attribute_is_touched():
    html = '<p><a href="https://x/\u202e" title="a>\u202e">x</a></p>'
    assert drawn(html) == html


@given(
    st.text(alphabet=st.sampled_from("ab <>&\"'\n\u202e\u00a0\u2013\u0430\u05d0\ufe0f\x1b\ufffd"))
)
def test_what_is_drawn_is_what_is_copied(text):
    assert _copied(drawn_text(text)) == text


@pytest.mark.parametrize(
    "piece", ["\u202e", "\u2013a", "\u0430a", "\u05d0a", "<", '<a "', "&nbsp;"]
)
def test_the_time_grows_with_the_text_alone(piece):
    text = piece * 20_000
    begun = time.perf_counter()
    drawn(f"<code>{text}</code>")
    list(signs(text))
    assert time.perf_counter() - begun < 3


def _copied(html: str) -> str:
    return unescape(re.sub(r"<[^<>]*>", "", html))
