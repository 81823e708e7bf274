"""Generated Markdown: random nesting, indents of two to four spaces, every bullet, code, prose.

Each word is used once, so a lost, doubled or moved word shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

INLINE = ("{}", "*{}*", "**{}**", "`{}`", "[{}](https://x.example)", "~~{}~~", "{} <tag> x_y_z")


@dataclass
class Written:
    """A document as it grows: its lines, and the words, items and commands put into it."""

    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    steps: list[tuple[int, str, int]] = field(default_factory=list)  # depth, word, line
    commands: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        return "\n".join(self.lines) + "\n"

    def word(self) -> str:
        self.words.append(f"w{len(self.words)}q")
        return self.words[-1]


@st.composite
def documents(draw, tasks: bool = False):
    made = Written()
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["paragraph", "heading", "list", "list", "fence", "quote"]))
        _block(draw, made, kind, "", 0, 0, tasks)
        made.lines.append("")
    return made


def _block(draw, made, kind, indent, depth, task_depth, tasks):
    if kind == "paragraph":
        for _ in range(draw(st.integers(1, 2))):
            made.lines.append(indent + draw(st.sampled_from(INLINE)).format(made.word()))
    elif kind == "heading":
        made.lines.append(f"{indent}## {made.word()}")
    elif kind == "quote":
        made.lines += [f"{indent}> {made.word()}", f"{indent}>", f"{indent}> {made.word()}"]
    elif kind == "fence":
        fence = draw(st.sampled_from(["```", "~~~", "````"]))
        word = made.word()
        made.commands.append(f"run {word}\n\n  | x")
        made.lines += [
            f"{indent}{fence}",
            f"{indent}run {word}",
            "",
            f"{indent}  | x",
            indent + fence,
        ]
    else:
        _list(draw, made, indent, depth, task_depth, tasks)


def _list(draw, made, indent, depth, task_depth, tasks):
    # A list that begins with another number than 1 would be a line of the paragraph above it.
    glued = bool(made.lines) and made.lines[-1] != ""
    marker = draw(st.sampled_from(["-", "*", "+", "1.", "1)"] + ["7."] * (not glued)))
    width = max(len(marker) + 1, draw(st.integers(2, 4)))
    loose = draw(st.booleans())
    for _ in range(draw(st.integers(1, 3))):
        is_task = tasks and draw(st.booleans())
        word = made.word()
        if is_task:
            made.steps.append((task_depth, word, len(made.lines) + 1))
        text = f"[ ] {word}" if is_task else word
        made.lines.append(f"{indent}{marker:<{width}}{text}")
        inner = indent + " " * width
        for kind in draw(
            st.lists(st.sampled_from(["list", "paragraph", "fence", "quote"]), max_size=2)
        ):
            if kind == "list" and depth > 3:
                continue
            if kind != "list" or loose:
                made.lines.append("")
            _block(draw, made, kind, inner, depth + 1, task_depth + is_task, tasks)
            if kind != "list":
                made.lines.append("")
        if loose:
            made.lines.append("")
