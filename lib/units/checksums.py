"""SHA-256 checksums, in the lines that the tools of all systems print. Pure."""

from __future__ import annotations

import re

from lib.units import one_line, quoted, without_marks

HINT = "Paste the line that sha256sum, shasum -a 256, openssl dgst or Get-FileHash prints."
_HEX = "[0-9A-Fa-f]"
_SHA256 = r"SHA(?:-?2)?-?256"
#: One line of a tool; each names the algorithm or holds nothing else before the checksum.
_LINES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\\?(?P<sum>{_HEX}+)(?:\s+\*?.*)?",  # sha256sum, shasum, openssl -r, certutil
        rf"\\?(?P<kind>[A-Z][\w/-]*) ?\(.*\) ?= ?(?P<sum>{_HEX}+)",  # BSD, openssl dgst, --tag
        rf"(?:.*@)?(?P<kind>[A-Z][\w-]*)\s*[:=]\s*(?P<sum>{_HEX}+)(?:\s.*)?",  # sha256:…, Hash :
        rf"(?P<kind>(?:SHA|MD|RIPEMD)-?\d*)\s+(?P<sum>{_HEX}+)(?:\s+.*)?",  # Get-FileHash
    )
)
_ALGORITHM = re.compile(r"Algorithm\s*:\s*(\S+)", re.IGNORECASE)
_ALONE = re.compile(rf"(?<![0-9A-Za-z]){_HEX}{{64}}(?![0-9A-Za-z])")
_AFTER_NAME = re.compile(rf"\) ?= ?({_HEX}{{64}})(?![0-9A-Za-z])")
_BEFORE_NAME = re.compile(
    rf"(?<=\s){_HEX}{{64}}(?=\s+\S)|(?<=sha256[:=]){_HEX}{{64}}(?![0-9A-Za-z])", re.IGNORECASE
)
_NAMED = re.compile(r"\b(?:SHA-?\d[\w/-]*|MD5|BLAKE\w+|SM3)\b", re.IGNORECASE)
_PAIRS = re.compile(rf"{_HEX}{{2}}(?: {_HEX}{{2}}){{15,}}")
_OTHERS = {32: "an MD5", 40: "a SHA-1", 56: "a SHA-224", 96: "a SHA-384", 128: "a SHA-512"}


def read(text: str) -> str:
    """The 64 characters (lower case) of the one SHA-256 that `text` holds: by itself, or in what
    sha256sum, shasum, BSD's sha256, openssl, PowerShell or certutil prints.

    Raises `ValueError` with a sentence for two different ones, for one that is cut short, and for
    the checksum of another algorithm, which is named.
    """
    lines = [line.strip() for line in without_marks(text).splitlines() if line.strip()]
    checksums: dict[str, None] = {}
    problems: list[str] = []
    for line in lines:
        kind, checksum = _line(line)
        if not checksum:
            continue
        problem = _problem(kind, checksum)
        if problem:
            problems.append(problem)
        else:
            checksums |= {checksum.lower(): None} | _others(kind, line)
    if not checksums and not problems:
        checksums = _amid(text)
    if len(checksums) > 1:
        shown = " and ".join(f"{checksum_text[:12]}…" for checksum_text in list(checksums)[:2])
        raise ValueError(f"Two different SHA-256 are here: {shown}. Paste the one that is meant.")
    algorithm = next((a[1] for line in lines if (a := _ALGORITHM.fullmatch(line))), "SHA256")
    if checksums and re.fullmatch(_SHA256, algorithm, re.IGNORECASE):
        return next(iter(checksums))
    if checksums:
        raise ValueError(_foreign(algorithm))
    if problems:
        raise ValueError(problems[0])
    raise ValueError(f"{quoted(text)} holds no SHA-256, which has 64 characters, 0-9 a-f. {HINT}")


def _amid(text: str) -> dict[str, None]:
    """Every SHA-256 that stands by itself in `text`, whose lines a browser ran together; none when
    another algorithm is named."""
    kinds = [kind for kind in _NAMED.findall(text) if not re.fullmatch(_SHA256, kind, re.I)]
    return {} if kinds else {checksum.lower(): None for checksum in _ALONE.findall(text)}


def _others(kind: str, line: str) -> dict[str, None]:
    """Every further SHA-256 in a `line`, which a browser may have made of several. The name of a
    file can be one, too: it ends the line, or stands in brackets."""
    form = _AFTER_NAME if kind and _AFTER_NAME.search(line) else _BEFORE_NAME
    return {checksum.lower(): None for checksum in form.findall(line)}


def _line(line: str) -> tuple[str, str]:
    """The name of the algorithm ('' when none is named) and the checksum of one line, as written;
    twice '' when there is none."""
    pairs = _PAIRS.fullmatch(one_line(line))
    if pairs:  # certutil of older Windows: c0 35 3f …
        return "", pairs.group().replace(" ", "")
    for form in _LINES:
        match = form.fullmatch(line)
        if match and len(match["sum"]) >= 8:
            kind = match.groupdict().get("kind") or ""
            return ("" if kind.lower() in {"hash", "checksum", "digest"} else kind), match["sum"]
    return "", ""


def _problem(kind: str, checksum: str) -> str:
    if kind and not re.fullmatch(_SHA256, kind, re.IGNORECASE):
        return _foreign(kind)
    if len(checksum) == 64:
        return ""
    if len(checksum) in _OTHERS:
        other = f"{_OTHERS[len(checksum)]} ({len(checksum)} characters)"
        return f"This is {other}; a SHA-256 has 64. {HINT}"
    fault = "it is cut short" if len(checksum) < 64 else "something was added to it"
    return f"This has {len(checksum)} characters, and a SHA-256 has 64: {fault}. {HINT}"


def _foreign(kind: str) -> str:
    return f"This is a checksum of {kind}, and a SHA-256 is asked for. {HINT}"
