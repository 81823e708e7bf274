"""Code that is written as HTML."""

from __future__ import annotations

import time

import pytest

from richtext.htmlcode import html_code


def test_each_piece_has_its_place_and_its_text():
    text = "a <kbd>b c</kbd> <PRE class='x'>d &amp;&amp; <b>e</b></PRE> <code>never closed"
    assert list(html_code(text)) == [(7, "b c"), (32, "d && e")]


@pytest.mark.parametrize("text", ["<pre>" * 18_000, "<pre>x</code>" * 7_000, "<kbd " * 18_000])
def test_the_time_grows_with_the_text(text):
    begun = time.perf_counter()
    list(html_code(text))
    assert time.perf_counter() - begun < 1
