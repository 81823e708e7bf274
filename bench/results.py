"""What was measured, beside what was wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """One line of the table. `target` is its number (T1), `limit` and `measured` are in `unit`.

    `control` is the A/A pair of the same rounds, where there were rounds: the base measured against
    itself. Outside of 0.9 to 1.1 the result is void.
    """

    target: str
    label: str
    measured: float
    limit: float
    unit: str = "x"
    at_least: bool = False
    control: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.control is not None and not 0.9 <= self.control <= 1.1:
            return "void"
        met = self.measured >= self.limit if self.at_least else self.measured <= self.limit
        return "met" if met else "missed"

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "verdict": self.verdict}


HEADINGS = ("", "What", "Target", "Measured", "Verdict", "A/A", "")


def table(results: Iterable[Result]) -> str:
    """The results as a Markdown table."""
    rows = [
        (
            result.target,
            result.label,
            f"{'≥' if result.at_least else '≤'} {_number(result.limit, result.unit)}",
            _number(result.measured, result.unit),
            result.verdict,
            "" if result.control is None else f"{result.control:.2f}",
            result.note,
        )
        for result in results
    ]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
    lines = [HEADINGS, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )


def _number(value: float, unit: str) -> str:
    figures = f"{value:.2f}" if unit == "x" and value < 100 else f"{value:,.0f}"
    if unit in {"x", "%"}:
        return f"{figures}{unit}"
    return f"{figures} {unit}".rstrip()
