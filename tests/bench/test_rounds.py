"""The harness tells what was measured, and nothing that was not."""

from __future__ import annotations

import pytest

from bench.results import Result, table
from bench.rounds import Timed


def test_a_ratio_is_the_median_over_the_repeats_of_median_by_median() -> None:
    timed = Timed(
        {
            "base": [[1.0, 1.0, 9.0], [2.0, 2.0, 2.0], [1.0, 1.0, 1.0]],
            "page": [[3.0, 3.0, 99.0], [4.0, 4.0, 4.0], [50.0, 50.0, 50.0]],
        }
    )
    assert timed.ratio("page", "base") == 3.0
    assert timed.milliseconds("base") == 1000.0


@pytest.mark.parametrize(
    ("measured", "at_least", "control", "verdict"),
    [
        (1.7, False, None, "met"),
        (1.71, False, None, "missed"),
        (0.8, True, None, "missed"),
        (1.9, True, 1.0, "met"),
        (1.0, False, 0.89, "void"),
        (9.0, False, 1.11, "void"),
    ],
)
def test_a_verdict_is_void_when_the_base_differs_from_itself(
    measured: float, at_least: bool, control: float | None, verdict: str
) -> None:
    result = Result("T1", "tick", measured, 1.7, at_least=at_least, control=control)
    assert result.verdict == verdict
    assert result.as_json()["verdict"] == verdict


def test_the_table_says_target_measured_and_verdict() -> None:
    text = table(
        [Result("T2", "statements", 7, 7, unit=""), Result("T5", "a", 0.9, 0.8, "x", True)]
    )
    assert "| T2 | statements | ≤ 7" in text
    assert "| ≥ 0.80x | 0.90x    | met" in text
