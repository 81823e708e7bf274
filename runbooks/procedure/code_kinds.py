"""The kinds of code in a runbook: the labels of their blocks, whether somebody runs them, how a
value is written into them and how they are read. The parser, the placeholders, the parameters, the
digest of what acts and the linter all go by this one declaration. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Fills(Enum):
    """How the value of a placeholder is written into a block; the value is what authors are
    told."""

    QUOTED = (
        "quoted for the shell; between quotes, in a here-document and behind `ssh`, `eval` or"
        " `sh -c` only letters, digits and `_@%+=:,./-`"
    )
    SQL = (
        "as it is: a name of letters, digits, `_` and `$`, or a number; between quotes also"
        " `@%+=:,./-` and blanks"
    )
    PLAIN = "as it is: only letters, digits and `_./:@=+,-`, no hyphen first"
    ANY = "as it is, whatever it holds"


class Reads(Enum):
    """Which reader of the linter reads a block."""

    SHELL = "shell"
    SQL = "sql"
    CLIENT = "client"
    POWERSHELL = "powershell"
    BATCH = "batch"
    SCRIPT = "script"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Code:
    """A kind of code, `called` so in the reference. `labels` name its blocks, the first of them
    for all; `sessions` are labels of blocks in which it is typed behind a prompt and answered."""

    called: str
    labels: tuple[str, ...]
    fills: Fills
    reads: Reads
    sessions: tuple[str, ...] = ()


class CodeKind(Enum):
    """Every kind of code. Each label belongs to one kind; a word that is not listed is `OTHER`."""

    SHELL = Code(
        "a shell",
        ("sh", "", "bash", "dash", "ksh", "shell", "zsh"),
        Fills.QUOTED,
        Reads.SHELL,
        ("console", "shell-session", "bash-session", "sh-session", "shellsession", "zsh-session",
         "session", "terminal"),
    )  # fmt: skip
    #: Shells that do not read quotes as the others do.
    FISH = Code("another shell", ("fish", "csh", "tcsh"), Fills.PLAIN, Reads.SHELL)
    SQL = Code(
        "SQL",
        ("sql", "cql", "mariadb", "mssql", "mysql", "oracle", "pgsql", "plpgsql", "plsql",
         "postgres", "postgresql", "sqlite", "tsql"),
        Fills.SQL,
        Reads.SQL,
        ("psql", "postgresql-console", "postgres-console", "sqlite3", "sqlplus"),
    )  # fmt: skip
    CLIENT = Code(
        "what is typed into a client",
        ("client", "diskpart", "redis", "rman"),
        Fills.PLAIN,
        Reads.CLIENT,
        ("redis-cli",),
    )
    POWERSHELL = Code(
        "PowerShell",
        ("powershell", "ps1", "posh", "pwsh"),
        Fills.PLAIN,
        Reads.POWERSHELL,
        ("pwsh-session", "ps1con"),
    )
    BATCH = Code(
        "the command prompt of Windows",
        ("bat", "batch", "cmd", "dosbatch", "winbatch"),
        Fills.PLAIN,
        Reads.BATCH,
        ("doscon",),
    )
    PYTHON = Code(
        "Python", ("python", "py", "python3"), Fills.PLAIN, Reads.SCRIPT, ("pycon", "ipython")
    )
    RUBY = Code("Ruby", ("ruby", "rb"), Fills.PLAIN, Reads.SCRIPT, ("irb", "rbcon"))
    JAVASCRIPT = Code(
        "JavaScript, the shell of MongoDB too",
        ("javascript", "js", "cjs", "mjs", "mongo", "mongodb", "mongosh", "node", "ts",
         "typescript"),
        Fills.PLAIN,
        Reads.SCRIPT,
    )  # fmt: skip
    SCRIPT = Code(
        "another script",
        ("groovy", "julia", "lua", "perl", "php", "pl", "r", "tcl"),
        Fills.PLAIN,
        Reads.SCRIPT,
    )
    DATA = Code(
        "output and data",
        ("output", "csv", "diff", "html", "ini", "json", "jsonc", "log", "markdown", "md",
         "mermaid", "patch", "plain", "plaintext", "text", "toml", "tree", "tsv", "txt", "xml",
         "yaml", "yml"),
        Fills.ANY,
        Reads.NOTHING,
    )  # fmt: skip
    SETTINGS = Code(
        "settings and questions, which change nothing by themselves",
        ("conf", "apache", "cfg", "config", "cron", "css", "dockerfile", "dotenv", "graphql",
         "hcl", "http", "jinja", "jq", "kql", "logql", "lucene", "nginx", "plantuml", "promql",
         "properties", "proto", "puml", "regex", "systemd", "terraform", "tf", "traceql"),
        Fills.PLAIN,
        Reads.NOTHING,
    )  # fmt: skip
    NOTE = Code("a label in braces, such as `{note}`", (), Fills.PLAIN, Reads.NOTHING)
    OTHER = Code("any other label", ("code", "code-block"), Fills.PLAIN, Reads.CLIENT)

    @property
    def label(self) -> str:
        """The label that stands for the whole kind; '' where there is none."""
        return next(iter(self.value.labels), "")

    @property
    def fills(self) -> Fills:
        """How the value of a placeholder is written into it."""
        return self.value.fills

    @property
    def reads(self) -> Reads:
        """Which reader of the linter reads it."""
        return self.value.reads

    @property
    def is_run(self) -> bool:
        """Whether somebody runs it: it is a command, with a copy button."""
        return self.reads is not Reads.NOTHING


_BY_LABEL = {label: kind for kind in CodeKind for label in kind.value.labels}
_SESSIONS = {label: kind for kind in CodeKind for label in kind.value.sessions}


def kind_of(label: str) -> CodeKind:
    """The kind of a block with this label (in any case; `{.bash}` is `bash`); of a session, what is
    typed in it. A word that is not known is taken for something that is run."""
    name = label.casefold().strip("{}.")
    known = _BY_LABEL.get(name) or _SESSIONS.get(name)
    return known or (CodeKind.NOTE if label.startswith("{") else CodeKind.OTHER)


def is_session(label: str) -> bool:
    """Whether a block with this label shows what is typed behind a prompt, and the answers."""
    return label.casefold().strip("{}.") in _SESSIONS
