"""Rules about the options of commands: trials left out, safeguards switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.blocks import CommandBlock, StepCommand
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.commands.calls import ProgramCall
from runbooks.lint.rule import RuleGroup

RULES = RuleGroup()
#: Tools that remove things and can show beforehand what: the words that make them do it, and how
#: to ask for a trial.
_TRIALS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("rsync", ("--delete", "--delete-after", "--delete-before", "--delete-excluded", "--del"),
     ("--dry-run", "-n")),
    ("rclone", ("sync", "delete", "purge"), ("--dry-run", "-n")),
    ("restic", ("forget", "prune"), ("--dry-run", "-n")),
    ("borg", ("delete", "prune"), ("--dry-run", "-n")),
    ("pgbackrest", ("expire",), ("--dry-run",)),
    ("gsutil", ("rsync",), ("-n",)),
    ("terraform", ("apply", "destroy"), ("plan",)),
    ("tofu", ("apply", "destroy"), ("plan",)),
    ("ansible-playbook", (), ("--check", "-C", "--list-hosts", "--list-tasks")),
)  # fmt: skip
_INSTALLERS = frozenset(
    re.findall(
        r"\S+",
        """
        apt apt-get aptitude yum dnf microdnf zypper apk pacman brew npm npx yarn pnpm pip pip3
        conda mamba choco winget snap gem cargo composer add-apt-repository dnf5 helm-docs
        """,
    )
)
_FORCE = re.compile(
    r"--(?:force(?:-\w[\w-]*)?|yes|assume-?yes|auto-approve|no-?confirm|confirm=false"
    r"|skip-(?:\w+-)?(?:checks?|verif\w+|validation)|no-(?:\w+-)?(?:checks?|verify)|yes-i-\S+"
    r"|i-\S*-(?:know|mean)\S*|ignore-(?:errors|checks?)|grace-period=0|overwrite|allow-\S*overwrite)"
    r"|-auto-approve|-force|(?:--?)?(?:force|yes|auto-approve)=(?:true|yes|1)"
)
#: What only looks like it: it forces nothing on data.
_HARMLESS = frozenset(
    {
        "--force-with-lease",
        "--force-if-includes",
        "--force-color",
        "--force-colors",
        "--force-yes=false",
        "--no-verify-ssl",
    }
)
_SHORT: dict[str, tuple[str, str]] = {
    "git push": ("-f", "push"),
    "git clean": ("-f", "clean"),
    "docker rm": ("-f", "rm"),
    "docker rmi": ("-f", "rmi"),
    "docker prune": ("-f", "prune"),
    "umount": ("-f", ""),
    "mkfs": ("-F", ""),
    "mkfs.ext4": ("-F", ""),
    "mkfs.xfs": ("-f", ""),
    "lvremove": ("-f", ""),
    "vgremove": ("-f", ""),
    "wipefs": ("-f", ""),
    "pg_resetwal": ("-f", ""),
    "dropdb": ("-f", ""),
}
#: Tools that only show what they would do until this option says: do it.
_DO_IT = frozenset({("kops", "--yes"), ("kops", "--force"), ("pt-archiver", "--yes")})
_KNOWS = re.compile(r"\w*I_KNOW_WHAT\w*=|\w*I_REALLY_(?:WANT|MEAN)\w*=")
_REPLACE = re.compile(r"\bwith\b[^;]*\breplace\b", re.IGNORECASE)
_RESTORE = re.compile(r"^\s*restore\s+(?:database|log)\b", re.IGNORECASE)
_WARNED = re.compile(
    r"\b(?:caution|warning|danger(?:ous)?|beware|attention|careful(?:ly)?|be aware|note that"
    r"|make sure|only (?:if|when|after))\b|⚠",
    re.IGNORECASE,
)
DATABASE_CLIENTS = frozenset(
    re.findall(
        r"\S+",
        """
        psql pg_dump pg_dumpall pg_restore pg_basebackup createdb dropdb vacuumdb reindexdb mysql
        mysqldump mariadb mariadb-dump mysqladmin mysqlimport mongo mongosh mongodump mongorestore
        redis-cli sqlcmd bcp cqlsh clickhouse-client influx etcdctl
        """,
    )
)


@RULES.add(
    "L50",
    Level.WARNING,
    "The tool can show what it would remove, and is not asked to",
    "A trial run costs a minute and shows the wrong path before it is gone; rsync, restic, borg"
    " and rclone all have one.",
)
def no_trial(book: Book) -> Iterator[Remark]:
    tried: set[str] = set()
    for command in book.blocks:
        for call in command.script.calls:
            for program, words, trials in _TRIALS:
                if call.program != program or program in tried:
                    continue
                if call.has(*(t for t in trials if t.startswith("-"))) or set(trials) & set(
                    call.texts
                ):
                    tried.add(program)
                elif not words or any(text.partition("=")[0] in words for text in call.texts):
                    tried.add(program)
                    yield command.at(
                        call,
                        f"`{call.summary}` removes or changes things that nobody has seen listed.",
                        f"Run it with `{trials[0]}` first, in a step of its own, and record how"
                        " many things it names.",
                    )


@RULES.add(
    "L51",
    Level.ERROR,
    "An option switches off the tool's own guard, without a caution",
    "The question that `--force` or `-y` answers beforehand was put there by somebody who lost"
    " data (borg asks for a literal YES; SQL Server refuses without WITH REPLACE).",
)
def guard_switched_off(book: Book) -> Iterator[Remark]:
    for command in book.blocks:
        if _is_warned(book, command):
            continue
        for call in command.script.calls:
            option = _forced(call)
            if option:
                yield command.at(
                    call,
                    f"`{option}` switches off the question that `{call.program}` asks before it"
                    " does damage, and the step does not say why.",
                    "Leave it out, or write above the command `> **Caution.**` and the reason.",
                )
        for query in command.script.queries:
            if _RESTORE.search(query.text) and _REPLACE.search(query.text):
                yield command.at(
                    query,
                    "`WITH REPLACE` switches off the check that this is the right database, and the"
                    " step does not say why.",
                    "Leave it out, or write above the command `> **Caution.**` and the reason.",
                )


def _is_warned(book: Book, command: CommandBlock) -> bool:
    """Whether its step, one that belongs to, or its section says what is dangerous."""
    at = command.step if isinstance(command, StepCommand) else None
    around = book.procedure.sections_by_key[at.section].html if at else _around(book, command)
    while at is not None:
        if _WARNED.search(book.words(at).prose):
            return True
        at = book.procedure.steps[at.parent] if at.parent is not None else None
    return bool(_WARNED.search(around))


def _around(book: Book, command: CommandBlock) -> str:
    """The HTML of the section that a command outside every step is in, or of the intro."""
    around = (
        section.html
        for section in book.procedure.sections
        if any(block.line == command.line for block in section.commands)
    )
    return next(around, book.procedure.intro_html)


def _forced(call: ProgramCall) -> str:
    """The option of a call that answers its questions beforehand; '' when it has none."""
    for assigned in call.assigned:
        if _KNOWS.match(assigned.text):
            return assigned.text.partition("=")[0]
    if call.program in _INSTALLERS:
        return ""
    for text in call.texts:
        harmless = text in _HARMLESS or (call.program, text) in _DO_IT
        if _FORCE.fullmatch(text) and not harmless:
            return text
    if call.has("-y") and call.program not in DATABASE_CLIENTS and "-y" in call.texts:
        return "-y"
    for name, (option, word) in _SHORT.items():
        if call.program == name.split()[0] and word in ("", *call.texts) and call.has(option):
            return option
    return ""
