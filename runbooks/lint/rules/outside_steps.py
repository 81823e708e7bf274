"""Rules about what is written outside every step and is meant to be done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from runbooks.enums import Level
from runbooks.lint.book.blocks import SPAN, CommandBlock, StrayBlock, stray_blocks
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.sections import StrayCommand, StrayList

RULES = RuleGroup()
_MAKE_A_STEP = (
    "Make it a step: write `- [ ]` and what it does on a line above it, and indent the command as"
    " far as that text. If nobody is to run it, label the block `text`."
)
_NAME_ONLY = (
    "If it is to be run, make it a step. If the sentence only mentions it, name just the program."
)
_IN_TITLE = (
    "This title holds a command that destroys data. Titles are always shown, so nothing is checked"
    " before it."
)
_OUT_OF_TITLE = "Say in words what is done, and put the command into a block of the step."
_GUARD = (
    f"{_MAKE_A_STEP} Give the step the guard `overwrite: {{target: …, from: …}}`, or"
    " `destroy: {target: …}` where nothing is put in its place."
)
# What a sentence says right before a command that is to be given: nothing, or this.
_TOLD = re.compile(
    r"(?:^|[.:]|\b(?:run|running|execute|executing|type|enter|issue|invoke|do|give|use|then|and"
    r"|(?:this|the) command))\s*$",
    re.IGNORECASE,
)
# Words that begin a task and hardly a fact.
_DOES = frozenset(
    re.findall(
        r"\S+",
        """
        abort acknowledge add allow analyse analyze apply approve ask assign attach block bring
        call cancel categorize choose clean clear click clone close communicate compare complete
        compress configure confirm connect contain convert cordon create decide decrease decrypt
        delete deploy destroy detach determine disable disconnect download drain drop edit email
        enable encrypt ensure enter erase execute expand export extract failover fetch fill find
        flush follow freeze generate get give go grant hit identify implement import increase
        inform initialise initialize inspect install invoke keep kill launch list load locate
        login look make mark measure merge migrate modify mount move navigate note notify open
        paste pause perform pick ping plug post prepare press promote provision pull purge push
        put quarantine read reapply reboot rebuild reconfigure reconnect record recover recreate
        redeploy refresh register reinforce reinitialize reinstall reinstate reload remove
        rename repair repeat replace replay rerun reset resize restart resume retain retrieve
        retry revert revoke rotate run save scroll select send set shut sign ssh start stop
        submit sudo suspend swap switch take tear tell terminate thaw transfer truncate try turn
        type undo uninstall unlock unmount unzip update upgrade upload use verify visit wait
        warn watch wipe write
        """,
    )
)
# Those that are as often nouns: the word behind them decides.
_MAY_DO = frozenset(
    re.findall(
        r"\S+",
        """
        access archive back backup change check contact copy document dump escalate form
        lock log monitor note order page plan record release report request restore review
        scale schedule search snapshot test trigger view
        """,
    )
)
_OBJECT = frozenset(
    re.findall(
        r"\S+",
        """
        the a an all any both each every it its them this that these those your our their whether
        if for with up out into onto back in on from to there again
        """,
    )
)
_LED_IN = re.compile(
    r"(?:(?:please|then|next|now|first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|afterwards"
    r"|immediately|again|also|manually|step \d+\W)[,:]?\s+)+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+(?![\w'’./-]|\s*[:=–—]|\s+-)")
# Lists under these headings are to be read, not to be done.
_TO_READ = re.compile(
    r"[\W\d]*(?:(?:the|important|useful|other|general|known) )?"
    r"(?:pre-?requisit\w+|requirements?|background|context|overview|introduction|summary|purpose"
    r"|scope|assumptions?|links?|references?|see also|further reading|related|resources|notes?"
    r"|contacts?|glossary|definitions?|terms|symptoms?|impact|causes?|limits?|limitations?|caveats?"
    r"|rules|principles|policy|policies|faq|questions|contents|changelog|history|examples?|before"
    r" (?:you|we) (?:begin|start)|when to|who|what (?:is|are)|why|how it works|architecture)\b",
    re.IGNORECASE,
)
#: A paragraph of so many words above a list is a heading of it.
_SHORT = 5
_TELLS_OF = re.compile(
    r"\b(?:this|it|which|that|(?:the|these) (?:\w+ )?(?:script|command|job|tool|runbook|procedure"
    r"|document|guide|page|playbook|steps?)s?)\b[^.]*\b(?:will|does|do|can|may|is|are|used|covers?"
    r"|describes?|shows?|explains?|assumes?|helps?|lets?|allows?)\b[^.]*:$"
    r"|\b(?:examples?|e\.g\.)\b[^.]*:$",
    re.IGNORECASE,
)


@RULES.add(
    "L56",
    Level.ERROR,
    "A command that destroys data outside every step (one that restores is a warning)",
    "Guards belong to steps. Nothing is checked before a command that is in no step, and a run does"
    " not show it (M2 and M3 of the story).",
)
def in_no_step(book: Book) -> Iterator[Remark]:
    for block in book.stray:
        yield from _remarks(block)
    titles = [section.line for section in book.procedure.sections if section.title]
    # L22 speaks of the steps that are not marked.
    titles += [step.line for step in book.procedure.steps if act_key(step.guard)]
    for line in titles:
        for span in SPAN.finditer(book.lines[line - 1]):
            code = StrayCommand("", span[1], line, span.start(1), inline=True)
            for block in stray_blocks([code], book.kept):
                if block.acts:
                    yield Remark(line, span.start(1) + 1, _IN_TITLE, _OUT_OF_TITLE)


def _remarks(block: StrayBlock) -> Iterator[Remark]:
    if block.acts:
        remark = _destroys(block)
        meant = not block.code.inline or _TOLD.search(block.code.before)
        yield remark if meant else replace(remark, level=Level.WARNING, suggestion=_NAME_ONLY)
        return
    for place in block.restores:
        yield block.at(
            place,
            f"`{place.summary}` puts a backup's data somewhere, but is not part of a step: nothing"
            " is checked before it.",
            _MAKE_A_STEP,
            Level.WARNING,
        )


def _destroys(command: CommandBlock) -> Remark:
    """The remark at the first place of a command that destroys, or exchanges databases. It does
    not repeat the command: findings are shown before a run, which does not show it."""
    for place, danger in command.dangers:
        return command.at(
            place,
            f"This command {danger.does}, but is not part of a step: nothing is checked before it,"
            " and a run does not show it.",
            _GUARD,
        )
    return Remark(
        command.line,
        command.indent + 1,
        "This command renames a database, but is not part of a step: nothing is checked before"
        " it, and a run does not show it.",
        _GUARD,
    )


@RULES.add(
    "L57",
    Level.WARNING,
    "Items of a list that read like things to do, beside steps that have boxes",
    "Only items with a box are steps. A run shows the others as text and asks nobody to tick them:"
    " three steps of a backup were left out that way.",
)
def no_box(book: Book) -> Iterator[Remark]:
    if not book.procedure.steps:
        return
    lists = [*book.procedure.intro_lists, *(o for s in book.procedure.sections for o in s.lists)]
    for listed in sorted(lists, key=lambda listed: listed.items[:1]):
        lines = _to_do(listed)
        if not lines:
            continue
        item, line = ("items", "lines") if len(lines) > 1 else ("item", "line")
        reads, steps = ("read", "are not steps") if len(lines) > 1 else ("reads", "is not a step")
        numbers = ", ".join(map(str, lines))
        yield book.at_text(
            lines[0],
            "",
            f"{len(lines)} {item} of this list {reads} like work but {steps} ({line} {numbers}): no"
            " run asks anybody to tick an item without a box.",
            "Give each thing to do a box, `- [ ] Dump the database`; put what is only to be read"
            " under a heading such as “Background”.",
        )


def _to_do(listed: StrayList) -> list[int]:
    """The lines of the items that say what to do; none in a list that is mostly something else."""
    heads = [listed.under, listed.lead if len(listed.lead.split()) <= _SHORT else ""]
    if any(map(_TO_READ.match, heads)) or _TELLS_OF.search(listed.lead):
        return []
    lines = [line for line, text in listed.items if _is_imperative(text)]
    # Numbered lists for a console mix actions with places and remarks.
    most = 4 if listed.ordered else 2
    return lines if most * len(lines) >= len(listed.items) else []


def _is_imperative(text: str) -> bool:
    led_in = _LED_IN.match(text)
    match = _WORD.match(text, led_in.end() if led_in else 0)
    if match is None:
        return False
    word = match[0].lower()
    rest = text[match.end() :].split()
    after = rest[0].lower().strip(",.") if rest else ""
    return (
        word in _DOES
        and bool(re.match(r"[\w\"'“$<(]", after))
        or (word in _MAY_DO and after in _OBJECT)
    )
