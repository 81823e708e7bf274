"""The YAML between two lines `---` at the top of a runbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypedDict

from runbooks.enums import Operation, Use
from runbooks.procedure.model import ParameterSpec
from runbooks.procedure.parser import yamltext
from runbooks.procedure.parser.findings import Findings, normalised, slip_of
from runbooks.procedure.parser.parameters import parameters
from runbooks.procedure.parser.readers import (
    Context,
    Key,
    group,
    is_new,
    text,
    texts,
    word,
    wrong_type,
)
from runbooks.procedure.parser.yamltext import Value, YamlPlace

MAX_FRONT_MATTER = 20_000
_WAIVED = re.compile(r"L\d\d")


def _waive(value: Value, name: str, context: Context) -> tuple[tuple[str, str], ...] | None:
    """Rules of the linter that do not apply here, each with a reason."""
    pairs = value.pairs()
    if pairs is None:
        wrong_type(value, name, "a group of rules and reasons", context, 'Write `L05: "reason"`.')
        return None
    waived: list[tuple[str, str]] = []
    seen: set[str] = set()
    for key, item in pairs:
        code = key.text() or ""
        if not is_new(key, code, seen, context):
            continue
        if not _WAIVED.fullmatch(code):
            context.error("waive", key, f"`{code}` is no rule of the linter.", "Write `L05`.")
            continue
        reason = text(item, code, context)
        if reason is not None:
            waived.append((code, reason))
    return tuple(waived)


FRONT_MATTER_KEYS = (
    Key("title", text, "text", "Restore the ledger", "The runbook's title."),
    Key("system", text, "text", "ledger", "The system it is for."),
    Key(
        "use",
        word(Use),
        "`step-by-step` or `reference`",
        "step-by-step",
        "How it is read; `step-by-step` when left out.",
    ),
    Key(
        "operation",
        word(Operation),
        "`restore`, `copy-out`, `backup`, `check` or `delete`",
        "restore",
        "What it is for. A `copy-out` reads production and never writes into it; a `delete`"
        " removes data and puts none in its place.",
    ),
    Key(
        "purpose",
        text,
        "text",
        "Bring the ledger back",
        "Read and acknowledged before a run starts.",
    ),
    Key(
        "worst_case",
        text,
        "text",
        "The last day is lost",
        "Read and acknowledged before a run starts.",
    ),
    Key(
        "abort_rule",
        text,
        "text",
        "Stop when the newest row is older than a day",
        "Read and acknowledged before a run starts.",
    ),
    Key(
        "on_abort",
        text,
        "id of an aside section",
        "stand-down",
        "The way back that is gone before a run ends as aborted.",
    ),
    Key(
        "entry",
        texts,
        "list of texts",
        "[Writers can be stopped]",
        "Conditions that must hold before a run starts.",
    ),
    Key(
        "do_not_use_if",
        texts,
        "list of texts",
        "[The storage is failing]",
        "When another runbook is the right one.",
    ),
    Key(
        "parameters",
        parameters,
        "group of named parameters",
        "{dump: {type: copy}}",
        "What is chosen when a run starts.",
    ),
    Key(
        "waive",
        _waive,
        "group of rules and reasons",
        '{L05: "The host has one disk"}',
        "Rules of the linter that do not apply, with the reason.",
    ),
)

# What people keep in front matter for other programs: it stays in the source, without a remark.
METADATA = frozenset(
    re.findall(
        r"\w+",
        """
        about aliases audience author authors canonical_url categories category contributors
        copyright cover created created_at css date description draft expires expirydate hide
        hide_title id image images keywords labels lang language last_modified last_reviewed_on
        last_updated lastmod layout license link linktitle locale maintainer maintainers math menu
        modified nav nav_exclude nav_order nav_title navigation og_image order original owner
        owner_slack owners parent permalink position publish_date publishdate published redirect
        redirect_from redirect_to redirects related resources review_date review_in reviewed
        reviewers robots search section series service services severity sidebar sidebar_label
        sidebar_position slug source source_url status subtitle summary tag tags team template
        theme toc toc_depth toc_hide topic topics type updated updated_at url uuid version weight
        """,
    )
)


class FrontMatterKeys(TypedDict, total=False):
    """What was read of `FRONT_MATTER_KEYS`."""

    title: str
    system: str
    use: Use
    operation: Operation
    purpose: str
    worst_case: str
    abort_rule: str
    on_abort: str
    entry: tuple[str, ...]
    do_not_use_if: tuple[str, ...]
    parameters: tuple[ParameterSpec, ...]
    waive: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FrontMatter:
    """What the front matter says, and the text below it with the same line numbers. It is `whole`
    when there was no error in it."""

    values: FrontMatterKeys
    body: str
    whole: bool = True


def read_front_matter(source: str, findings: Findings) -> FrontMatter:
    """Take the front matter off a runbook. The lines it stood on are left empty."""
    lines = source.split("\n")
    if lines[0].rstrip() != "---":
        _check_language(lines[0].rstrip(), findings)
        return FrontMatter({}, source)
    ends = (n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "..."))
    end = next(ends, None)
    if end is None:
        if len(lines) > 1 and re.match(r"[A-Za-z_]+:", lines[1]):
            findings.error(
                "front_matter_open",
                1,
                1,
                "The front matter that begins here is never closed.",
                "Close it with a line `---`.",
            )
        return FrontMatter({}, source)
    if sum(map(len, lines[1:end])) > MAX_FRONT_MATTER:
        findings.error(
            "too_hard",
            1,
            1,
            f"The front matter has more than {MAX_FRONT_MATTER:,} characters.",
            "Move text below it.",
        )
        return FrontMatter({}, source, whole=False)
    values = _values("\n".join(lines[1:end]), findings)
    body = "\n" * (end + 1) + "\n".join(lines[end + 1 :])
    return FrontMatter(values, body, whole=not findings.has_errors)


def _check_language(first: str, findings: Findings) -> None:
    """A warning where the text begins with front matter that is not YAML, as Hugo takes it too."""
    language = {"+++": "TOML", "{": "JSON"}.get(first)
    if language:
        findings.warning(
            "foreign_front_matter",
            1,
            1,
            f"The front matter is {language}, which is not read: it is shown as text.",
            "Write it as YAML between two lines `---`.",
        )


def _values(source: str, findings: Findings) -> FrontMatterKeys:
    value = yamltext.read(source, YamlPlace(line=2), findings)
    if value is None:
        return {}
    pairs = value.pairs()
    context = Context(findings)
    if pairs is None:
        context.error(
            "wrong_type",
            value,
            f"The front matter must be a group of keys, but here is {value.kind}.",
            "Write `title: …`.",
        )
        return {}
    known = {key.name for key in FRONT_MATTER_KEYS}
    foreign = [(key, item) for key, item in pairs if key.text() not in known]
    for key, _ in foreign:
        _check_foreign(key, known, findings)
    kept = [pair for pair in value.node.value if pair[0].value in known]
    group_kept = _with(value, kept)
    return group(group_kept, "the front matter", FRONT_MATTER_KEYS, context, FrontMatterKeys) or {}


def _check_foreign(key: Value, known: set[str], findings: Findings) -> None:
    written = key.text() or ""
    if normalised(written) in METADATA:
        return
    findings.warning(
        "unknown_key",
        key.line,
        key.column,
        f"`{written}` in the front matter means nothing here.",
        slip_of(written, sorted(known)),
    )


def _with(value: Value, pairs: list[Any]) -> Value:
    """The same group of keys with some of them left out."""
    value.node.value = pairs
    return value
