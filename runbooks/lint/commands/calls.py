"""What a command block does, piece by piece: a program that is called, a query that is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from runbooks.lint.commands.shell import ShellWord, SimpleCommand


@dataclass(frozen=True)
class ProgramCall:
    """A program that is called: its name without the path, and its words.

    `line` and `column` count from 0 in the block. `assigned` are `NAME=value` words ahead of it; a
    line of nothing else is a call of no program. `fed_by` is the program whose output it reads, ''
    for none. `inside` is what it is handed to: `ssh`, or what runs it in a container. `folder` is
    the one that the block went to before, '' when it went nowhere.
    """

    program: str
    words: tuple[ShellWord, ...]
    statement: SimpleCommand
    line: int
    column: int
    assigned: tuple[ShellWord, ...] = ()
    fed_by: str = ""
    inside: str = ""
    folder: str = ""

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Its arguments, without quotes."""
        return tuple(word.text for word in self.words)

    @property
    def summary(self) -> str:
        """The call as one line, short enough for a sentence."""
        line = " ".join([self.program, *(" ".join(word.raw.split()) for word in self.words)])
        return line if len(line) <= 60 else line[:57].rstrip() + "…"

    def has(self, *options: str) -> bool:
        """Whether one of these options is given: `-c` (or `-xc`), `--jobs` (or `--jobs=2`)."""
        return any(_is_option(text, option) for text in self.texts for option in options)

    def value(self, *options: str) -> str | None:
        """What one of these options is set to: `-d x`, `-dx`, `--dbname=x`; None when not given."""
        texts = self.texts
        for place, text in enumerate(texts):
            for option in options:
                if text == option:
                    return texts[place + 1] if place + 1 < len(texts) else ""
                if option.startswith("--") and text.startswith(f"{option}="):
                    return text[len(option) + 1 :]
                if len(option) == 2 and text.startswith(option) and text[1:2] != "-":
                    return text[2:]
        return None


@dataclass(frozen=True)
class SqlQuery:
    """One SQL statement, without comments, with strings emptied; or a line of a script. `line` and
    `column` from 0. `by` is the client that sends it, where one is called."""

    text: str
    line: int
    column: int
    by: ProgramCall | None = None

    @property
    def summary(self) -> str:
        line = " ".join(self.text.split())
        return line if len(line) <= 60 else line[:57].rstrip() + "…"


def _is_option(text: str, option: str) -> bool:
    if text == option or (option.startswith("--") and text.startswith(f"{option}=")):
        return True
    short = len(option) == 2 and option[0] == "-"
    return short and bool(re.match(r"-[A-Za-z]+$", text)) and option[1] in text[1:]


# Words ahead of the program, and their options that take a word of their own.
_WRAPPERS = {
    "sudo": ("-u", "-g", "-h", "-p", "--user", "--group", "--host", "--prompt"),
    "doas": ("-u",),
    "env": ("-u",),
    "nice": ("-n",),
    "ionice": ("-c", "-n"),
    "timeout": (),
    "chroot": (),
    "gosu": (),
    "flock": ("-w",),
    "runuser": ("-u", "-l"),
    "xargs": ("-I", "-n", "-P", "-L", "-d", "-a", "-s", "-E"),
    "nsenter": ("-t",),
    "systemd-run": ("-p", "-u"),
    **dict.fromkeys(("nohup", "time", "exec", "command", "if", "then", "else", "do", "while",
                     "until", "!", "{", "$", "watch", "call", "start", "parallel", "setsid",
                     "unbuffer", "busybox", "pkexec", "coproc", "builtin", "strace", "function",
                     "wsl"), ()),
    "screen": ("-S",),
}  # fmt: skip
#: Those that take a word of their own before the program.
_WITH_A_WORD = frozenset({"timeout", "chroot", "gosu", "flock"})
#: Those that run a program of a project, behind `exec` or `run`.
_PROJECTS = frozenset({"bundle", "poetry", "pipenv", "uv", "pdm", "hatch", "heroku", "ddev"})
_RUNS_INSIDE = frozenset({"docker", "podman", "docker-compose", "kubectl", "oc", "nerdctl",
                          "crictl", "lxc", "incus", "pct"})  # fmt: skip
#: Those that hand on the words behind `--`, and the word that makes them do so.
_HANDS_ON = {"gcloud": "ssh", "kubectl": "debug", "oc": "debug"}
# These run the words behind `--`, with other credentials.
_ENTERS = frozenset({"aws-vault", "chamber", "doppler", "op", "gds", "gds-cli", "dotenv", "summon"})
_INSIDE = ("-c", "--container", "-n", "--namespace", "-u", "--user", "-e", "--env", "-w", "-f")
#: Options of `docker run` that take a word of their own.
_STARTING = (*_INSIDE, "-v", "--volume", "-p", "--publish", "--name", "--network", "--net", "-h",
             "--hostname", "--entrypoint", "--mount", "--workdir", "--env-file", "--platform", "-l",
             "--label", "-m", "--memory", "--volumes-from", "--restart")  # fmt: skip
_SSH = ("-i", "-p", "-l", "-o", "-J", "-F")
_ASSIGNMENT = re.compile(r"\w+=")
#: Other shells: what makes the words behind it a command.
_INTO = {
    "powershell": ("-command", "-c"),
    "pwsh": ("-command", "-c"),
    "cmd": ("/c", "/k"),
}


def call_of(
    statement: SimpleCommand, at: tuple[int, int], before: ProgramCall | None
) -> ProgramCall | None:
    """The call that a statement makes, None for none. `at` is its line and column, `before` the
    call ahead of it."""
    words, assigned, inside = _unwrapped(statement.words)
    if not words and statement.document and name_of(statement.words[0]) in ("sudo", "doas"):
        words = [ShellWord("sh", statement.words[0].offset)]  # `sudo -i <<EOF`
    if not (words or statement.redirects or assigned):
        return None
    piped = statement.joint in ("|", "|&") and before is not None
    return ProgramCall(
        name_of(words[0]) if words else "",
        tuple(words[1:]),
        statement,
        *at,
        assigned=tuple(assigned),
        fed_by=before.program if piped and before else "",
        inside=inside,
        folder=_folder(before),
    )


def _unwrapped(words: list[ShellWord]) -> tuple[list[ShellWord], list[ShellWord], str]:
    """The words from the program on, the variables set ahead of it, and what it is handed to."""
    assigned, inside = [], ""
    while words:
        name = name_of(words[0])
        if _ASSIGNMENT.match(words[0].raw):
            assigned.append(words[0])
            words = words[1:]
        elif name in _WRAPPERS:
            words = _without_options(words[1:], _WRAPPERS[name])
            words = words[1:] if name in _WITH_A_WORD else words
        else:
            entered = _entered(name, words)
            if entered is None:
                break
            words = entered
            inside = name if name in _RUNS_INSIDE or name == "ssh" else inside
    return words, assigned, inside


def _entered(name: str, words: list[ShellWord]) -> list[ShellWord] | None:
    """What `name`, the first of `words`, runs somewhere else; None when it does not."""
    texts = [word.text for word in words]
    hands_on = name in _ENTERS or _HANDS_ON.get(name) in texts[:4]
    if hands_on and "--" in texts:
        return words[texts.index("--") + 1 :]
    if name in _PROJECTS and texts[1:2] in (["exec"], ["run"]):
        return _without_options(words[2:], ()) or None
    enters = next((text for text in texts[:5] if text in ("exec", "rsh")), "")
    if name in _RUNS_INSIDE and enters:
        rest = _without_options(words[texts.index(enters) + 1 :], _INSIDE)[1:]
        return _without_options(rest, _INSIDE)
    if name in _RUNS_INSIDE and "run" in texts[:3]:
        rest = _without_options(words[texts.index("run") + 1 :], _STARTING)[1:]
        return _without_options(rest, ()) or None
    if name == "ssh" and len(rest := _without_options(words[1:], _SSH)) > 2:
        return _without_options(rest[1:], ())
    place = next((n for n, t in enumerate(texts) if t.lower() in _INTO.get(name.lower(), ())), 0)
    return words[place + 1 :] if place and len(words) > place + 2 else None


def _folder(before: ProgramCall | None) -> str:
    if before is None:
        return ""
    went = before.program.lower() in ("cd", "pushd", "chdir", "set-location")
    return (before.texts or ("~",))[-1] if went else before.folder


def name_of(word: ShellWord) -> str:
    """The name of a program without its folder."""
    return word.text.rpartition("/")[2].removesuffix(".exe")


def _without_options(words: list[ShellWord], taking: tuple[str, ...]) -> list[ShellWord]:
    while words and words[0].text.startswith("-"):
        text = words[0].text
        # `-iu postgres`: the last of a bundle takes the word.
        bundle = re.fullmatch(r"-[A-Za-z]+", text) and f"-{text[-1]}" in taking
        words = words[2:] if text in taking or bundle else words[1:]
    return words
