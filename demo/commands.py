"""Take the commands out of a runbook, run them, and compare what they print with its guards.

Works on the Markdown text alone, with the standard library: it reads just the layout that the
demonstration's runbooks use, so that a rehearsal depends on nothing that it could be testing.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class RehearsalError(Exception):
    """A command failed, or printed something else than its step demands."""


@dataclass
class RehearsalStep:
    """An item of a runbook: its commands as (label, text) and what its guard says."""

    title: str
    aside: str
    line: int
    commands: list[tuple[str, str]] = field(default_factory=list)
    guard: str = ""

    def expectations(self) -> dict[str, dict[str, str]]:
        """Constraints by recorded name. Reads the flow mappings that the demonstration uses."""
        matches = re.findall(r"^  (\w+): \{(.*)\}$", self.guard.partition("record:\n")[2], re.M)
        part = r'(\w+): ("[^"]*"|\{[^}]*\}|\[[^\]]*\]|[^,]*)'
        return {
            name: {k: v.strip().strip('"') for k, v in re.findall(part, rest)}
            for name, rest in matches
        }


def steps_of(path: Path) -> list[RehearsalStep]:
    """The items of a runbook in document order; `aside` is '' for those on the main path."""
    steps: list[RehearsalStep] = []
    aside = ""
    fence: tuple[str, list[str]] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if fence is not None:
            if text != "```":
                fence[1].append(line)
                continue
            _keep(steps[-1], *fence)
            fence = None
        elif text.startswith("```"):
            fence = (text[3:], [])
        elif line.startswith("## "):
            key = re.search(r"\{#([\w-]+) \.aside\}", line)
            aside = key[1] if key else ""
        elif text.startswith("- [ ] "):
            steps.append(RehearsalStep(text[6:], aside, number))
    return steps


def _keep(step: RehearsalStep, label: str, lines: list[str]) -> None:
    indent = min(len(s) - len(s.lstrip()) for s in lines if s.strip())
    text = "\n".join(s[indent:] for s in lines) + "\n"
    if label == "guard":
        step.guard = text
    elif label in ("sh", "sql"):
        step.commands.append((label, text))


def defaults_of(path: Path) -> dict[str, str]:
    """The defaults of the parameters that have one."""
    front = path.read_text(encoding="utf-8").split("---\n")[1]
    return dict(re.findall(r"^  (\w+):\n(?:    .*\n)*?    default: (\S+)$", front, re.M))


def shell(command: list[str], text: str | None = None) -> str:
    """What a command prints. Raises RehearsalError when it fails or PostgreSQL reports an error."""
    env = {**os.environ, "PSQLRC": os.devnull, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "5"}
    done = subprocess.run(
        command, input=text, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode or re.search(r"^(psql:.*)?(ERROR|FATAL):", done.stderr, re.M):
        raise RehearsalError(f"exit status {done.returncode}\n{done.stderr.strip()}")
    return done.stdout


def query(database: str, sql: str, *options: str) -> str:
    """The bare answer of one SQL text."""
    command = ["psql", "-d", database, "-AtqX", "-v", "ON_ERROR_STOP=1", *options]
    return shell(command, sql).strip()


@dataclass
class Rehearsal:
    """One run of one runbook: its parameters, and what was recorded so far."""

    path: Path
    values: dict[str, str]
    recorded: dict[str, str] = field(default_factory=dict)
    commands: int = 0

    def play(self, step: RehearsalStep) -> None:
        """Run the commands of a step and check everything that it records.

        Raises RehearsalError, naming file, line and step.
        """
        try:
            printed = "".join(self._run(label, text) for label, text in step.commands)
            if step.commands:
                self._check(step, printed)
        except (RehearsalError, subprocess.TimeoutExpired) as error:
            raise RehearsalError(f"{self.path.name}:{step.line}: {step.title}: {error}") from error

    def _run(self, label: str, text: str) -> str:
        for name, value in self.values.items():
            text = text.replace(f"<{name}>", value)
        if missing := re.findall(r"<[a-z][a-z_.]*>", text):
            raise RehearsalError(f"parameters without a value: {', '.join(missing)}")
        self.commands += 1
        if label == "sh":
            return shell(["sh", "-e", "-c", text])
        return shell(["psql", "-d", "postgres", "-X", "-v", "ON_ERROR_STOP=1"], text)

    def _check(self, step: RehearsalStep, printed: str) -> None:
        labelled = dict(re.findall(r"^ *(\w+) *\| *(.*?) *$", printed, re.M))
        sums = re.findall(r"^([0-9a-f]{64}) ", printed, re.M)
        for name, rule in step.expectations().items():
            value = sums[-1] if rule["type"] == "sha256" and sums else labelled.get(name)
            if value is None:
                raise RehearsalError(f"nothing printed for {name}:\n{printed}")
            try:
                objection = self._objection(value, rule)
            except (ValueError, ArithmeticError):
                objection = f"not a {rule['type']}"
            if objection:
                raise RehearsalError(f"{name} is {value!r}: {objection}")
            self.recorded[name] = value

    def _objection(self, value: str, rule: dict[str, str]) -> str:
        """What is wrong with a value, '' when it is as expected."""
        if rule["type"] == "datetime":
            age = datetime.now(UTC) - datetime.fromisoformat(value)
            if "max_age" in rule and age > _span(rule["max_age"]):
                return f"older than {rule['max_age']}"
        elif rule["type"] in ("number", "bytes"):
            number = Decimal(value)
            if number != Decimal(rule.get("equals", number)):
                return f"expected {rule['equals']}"
            if not Decimal(rule.get("min", number)) <= number <= Decimal(rule.get("max", number)):
                return "out of range"
        elif value != rule.get("equals", value):
            return f"expected {rule['equals']}"
        elif not re.fullmatch(rule.get("matches", ".*"), value):
            return f"does not match {rule['matches']}"
        return self._distance(value, rule) if "within" in rule else ""

    def _distance(self, value: str, rule: dict[str, str]) -> str:
        within = re.fullmatch(r"\{of: ([\w.]+), tolerance: \"?(\w+)\"?\}", rule["within"])
        if within is None:
            raise RehearsalError(f"cannot read {rule['within']}")
        if "." in within[1]:  # asked for by a guard, and typed by a person
            return ""
        other, tolerance = self.recorded[within[1]], within[2]
        if rule["type"] == "datetime":
            apart = abs(datetime.fromisoformat(value) - datetime.fromisoformat(other))
            near = apart <= _span(tolerance)
        else:
            near = abs(Decimal(value) - Decimal(other)) <= Decimal(tolerance)
        return "" if near else f"not within {tolerance} of {within[1]}, {other}"


def _span(text: str) -> timedelta:
    return timedelta(seconds=int(text[:-1]) * SECONDS[text[-1]])
