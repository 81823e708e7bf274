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
from runbooks.procedure import ParameterSpec

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
    """Fenced blocks with a shell, SQL or no label are run; all others are looked at."""
    return token.type == "fence" and label_of(token) in COMMAND_LABELS


@dataclass(frozen=True)
class Writer:
    """Writes the HTML of one runbook."""

    environment: dict[str, Any]
    parameters: Mapping[str, ParameterSpec]

    def text(self, blocks: list[Block]) -> str:
        """Safe HTML of text that belongs to no step."""
        return self._marked(render_blocks(blocks, self.environment, self._code))

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
        commands: list[tuple[str, str]] = []

        def code(token: Token) -> str:
            html = self._code(token)
            if not is_command(token):
                return html
            commands.append((label_of(token), token.content.removesuffix("\n")))
            return f'<div class="command" data-command="{len(commands) - 1}">{html}</div>\n'

        html = render_blocks(blocks, self.environment, code)
        return self._marked(html), tuple(commands)

    def _code(self, token: Token) -> str:
        # Highlighting would cut a placeholder into pieces.
        plain = has_placeholder(token.content, self.parameters)
        return plain_code(token) if plain else highlighted(token)

    def _marked(self, html: str) -> str:
        return mark_placeholders(html, self.parameters)
