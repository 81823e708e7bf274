"""The HTML of sections and steps, and the commands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from markdown_it.token import Token

from richtext.codeblocks import highlighted, label_of
from richtext.marks import plain_code
from richtext.reader import Block
from richtext.render import render_blocks, unwrapped
from runbooks.parser.outline import Caption
from runbooks.parser.placeholders import has_placeholder, mark_placeholders
from runbooks.parser.stray import block_command, inline_commands
from runbooks.procedure import ParameterSpec
from runbooks.sections import StrayCommand

SHELL_LABELS = frozenset({"sh", "bash", "shell", "zsh", "ksh", "dash"})
SQL_LABELS = frozenset(
    {
        "sql",
        "postgresql",
        "postgres",
        "pgsql",
        "plpgsql",
        "mysql",
        "mariadb",
        "sqlite",
        "tsql",
        "plsql",
    }
)
COMMAND_LABELS = SHELL_LABELS | SQL_LABELS | {""}

Commands = tuple[tuple[str, str], ...]


def is_command(token: Token) -> bool:
    """Blocks of code with a shell, SQL or no label are run, indented ones too; all others are
    looked at."""
    return token.type in ("fence", "code_block") and label_of(token) in COMMAND_LABELS


@dataclass(frozen=True)
class Writer:
    """Writes the HTML of one runbook. `lines` are those of the source."""

    environment: dict[str, Any]
    parameters: Mapping[str, ParameterSpec]
    lines: list[str]

    def text(self, blocks: list[Block]) -> tuple[str, tuple[StrayCommand, ...]]:
        """Safe HTML of text that belongs to no step, and its commands: the blocks, then the inline
        ones."""
        tokens, html = self._with_commands(blocks)
        found = [block_command(token, self.lines) for token in tokens]
        return html, (*found, *inline_commands(blocks, self.lines))

    def title(self, caption: Caption) -> str:
        """Safe inline HTML of a title."""
        if caption.title == caption.inline.content and caption.title.replace(" ", "").isalnum():
            return escape(caption.title, quote=False)
        block = Block("paragraph", Token("paragraph_open", "p", 1), inline=caption.inline)
        block.close = Token("paragraph_close", "p", -1)
        return self._marked(unwrapped(render_blocks([block], self.environment)))

    def body(self, blocks: list[Block]) -> tuple[str, Commands]:
        """Safe HTML of a step's body, and its commands (label, text) in order.

        A command's text ends without a line feed: pasted with one, a shell would run it at once.
        """
        tokens, html = self._with_commands(blocks)
        return html, tuple((label_of(t), t.content.removesuffix("\n")) for t in tokens)

    def _with_commands(self, blocks: list[Block]) -> tuple[list[Token], str]:
        """The blocks of code that are commands, and the HTML in which each is marked."""
        commands: list[Token] = []

        def code(token: Token) -> str:
            html = self._code(token)
            if not is_command(token):
                return html
            commands.append(token)
            return f'<div class="command" data-command="{len(commands) - 1}">{html}</div>\n'

        html = render_blocks(blocks, self.environment, code)
        return commands, self._marked(html)

    def _code(self, token: Token) -> str:
        # Highlighting would cut a placeholder into pieces.
        plain = has_placeholder(token.content, self.parameters)
        return plain_code(token) if plain else highlighted(token)

    def _marked(self, html: str) -> str:
        return mark_placeholders(html, self.parameters)
