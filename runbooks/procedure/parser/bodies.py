"""The HTML of sections and steps, and the commands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from markdown_it.token import Token

from richtext.codeblocks import highlighted, label_of
from richtext.drawn import drawn
from richtext.marks import plain_code
from richtext.reader import Block
from richtext.render import render_blocks, unwrapped
from runbooks.procedure.model import ParameterSpec
from runbooks.procedure.parser.outline import Caption
from runbooks.procedure.parser.placeholders import has_placeholder, mark_placeholders
from runbooks.procedure.parser.sessions import SessionPiece, pieces
from runbooks.procedure.parser.stray import block_command, inline_commands
from runbooks.procedure.sections import StrayCommand

Commands = tuple[tuple[str, str], ...]


def pieces_of(token: Token) -> tuple[SessionPiece, ...]:
    """What is run in a block of code, and what is only shown, in order."""
    return pieces(label_of(token), token.content)


def is_command(token: Token) -> bool:
    """Whether something in a block of code is run; all others are looked at."""
    code = token.type in ("fence", "code_block")
    return code and any(piece.is_run for piece in pieces_of(token))


def _prompt(piece: SessionPiece) -> str:
    """The prompt above what is typed at it: seen, and not copied."""
    prompt = escape(piece.prompt, quote=False)
    return f'<p class="prompt"><code>{prompt}</code></p>' if prompt else ""


def _as_token(piece: SessionPiece, token: Token) -> Token:
    """The block with nothing but this piece of it."""
    if piece.text == token.content.removesuffix("\n") and piece.label == label_of(token):
        return token
    text = piece.text if piece.is_run else piece.text.strip("\n")
    return Token("fence", "code", 0, content=f"{text}\n", info=piece.label)


@dataclass(frozen=True)
class HtmlWriter:
    """Writes the HTML of one runbook. `lines` are those of the source."""

    environment: dict[str, object]
    parameters: Mapping[str, ParameterSpec]
    lines: list[str]

    def text(self, blocks: list[Block]) -> tuple[str, tuple[StrayCommand, ...]]:
        """Safe HTML of text that belongs to no step, and its commands: the blocks, then the inline
        ones."""
        commands, html = self._with_commands(blocks)
        blocked = [block_command(token, piece, self.lines) for token, piece in commands]
        return html, (*blocked, *inline_commands(blocks, self.lines))

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
        commands, html = self._with_commands(blocks)
        return html, tuple((piece.label, piece.text) for _, piece in commands)

    def _with_commands(self, blocks: list[Block]) -> tuple[list[tuple[Token, SessionPiece]], str]:
        """The commands, each with the block of code it is in, and the HTML in which each is
        marked."""
        commands: list[tuple[Token, SessionPiece]] = []

        def command(token: Token, piece: SessionPiece, html: str) -> str:
            commands.append((token, piece))
            shown = f"{_prompt(piece)}{html}"
            return f'<div class="command" data-command="{len(commands) - 1}">{shown}</div>\n'

        def code(token: Token) -> str:
            return self._code(token, command)

        html = render_blocks(blocks, self.environment, code)
        return commands, self._marked(html)

    def _code(self, token: Token, command: Callable[[Token, SessionPiece, str], str]) -> str:
        """HTML of a block of code; `command` draws what is run in it."""
        parts = []
        for piece in pieces_of(token):
            if not (piece.is_run or piece.text.strip()):
                continue
            html = self._piece(_as_token(piece, token))
            if piece.is_run:
                html = command(token, piece, html)
            elif piece.label != label_of(token):
                html = f'<div class="output">{html}</div>\n'
            parts.append(html)
        return "".join(parts)

    def _piece(self, token: Token) -> str:
        # Highlighting would cut a placeholder into pieces.
        plain = has_placeholder(token.content, self.parameters)
        return plain_code(token) if plain else highlighted(token)

    def _marked(self, html: str) -> str:
        return drawn(mark_placeholders(html, self.parameters))
