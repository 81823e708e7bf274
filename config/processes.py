"""Processes that must run: started, started again when they die, replaced when they hang."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from types import FrameType

from config import logs

PR_SET_PDEATHSIG = 1  # linux/prctl.h
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a child that died is started again
LIVED_WELL = 60.0  # seconds after which an earlier death no longer counts
STOP_WITHIN = 8.0  # seconds that children get to stop by themselves


def say(text: str) -> None:
    """A line for the person at the terminal; lines of the log where these are JSON."""
    if logs.as_json():
        for line in filter(None, text.splitlines()):
            logs.write(__name__, line.strip())
        return
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Probe:
    """Asks again and again whether a process is alive, and counts what it missed in a row.

    `ask` is called in a thread, so that nobody waits for it. It is asked each `every` seconds;
    `misses` in a row are a hang. A process gets `start` seconds until its first good answer.
    """

    ask: Callable[[], bool]
    every: float
    misses: int
    start: float
    answers: SimpleQueue[bool] = field(default_factory=SimpleQueue)
    asking: bool = False
    due: float = 0.0
    missed: int = 0
    ready: bool = False

    def begin(self, now: float) -> None:
        """A new process: what the one before missed does not count. `now` is monotonic seconds."""
        self.answers, self.asking = SimpleQueue(), False
        self.due, self.missed, self.ready = now, 0, False

    def hangs(self, now: float, started: float) -> bool:
        """Whether the process that was `started` then hangs, as far as is known `now`."""
        if self.asking and not self.answers.empty():
            self.asking, self.due = False, self.due + self.every
            if self.answers.get():
                self.missed, self.ready = 0, True
            elif self.ready or now - started > self.start:
                self.missed += 1
        elif not self.asking and now >= self.due:
            self.asking, self.due = True, now
            threading.Thread(target=self._look, args=(self.answers,), daemon=True).start()
        return self.missed >= self.misses

    def _look(self, answers: SimpleQueue[bool]) -> None:
        alive = True  # what cannot be asked is not known to hang
        try:
            alive = self.ask()
        finally:
            answers.put(alive)


@dataclass
class Child:
    """A process that must run as long as the launcher does."""

    name: str
    command: Sequence[str]
    files: tuple[int, ...] = ()
    probe: Probe | None = None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE

    def tend(self, now: float) -> None:
        """Start the child when it is due; notice when it has died, and end it when it hangs.
        `now` is monotonic seconds."""
        if self.process is None:
            if now >= self.due:
                self._start(now)
        elif (code := self.process.poll()) is not None:
            if now - self.started > LIVED_WELL:
                self.pause = FIRST_PAUSE
            how = f"signal {-code}" if code < 0 else f"status {code}"
            say(f"The {self.name} process ended ({how}); starting it again in {self.pause:g} s.")
            self.process, self.due = None, now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif self.probe and self.probe.hangs(now, self.started):
            say(f"The {self.name} process hangs: {self.probe.missed} probes had no answer.")
            self.stop(signal.SIGKILL)  # what hangs hears nothing else
            self.process.wait()

    def _start(self, now: float) -> None:
        self.started = now
        if self.probe:
            self.probe.begin(now)
        self.process = subprocess.Popen(  # noqa: S603 (our own command line)
            self.command,
            pass_fds=self.files,
            process_group=0,  # Ctrl-C reaches the launcher alone, which stops its children in order
            preexec_fn=_die_with(os.getpid()),
        )

    def stop(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Launcher:
    """Keeps `children` running until it is told to stop, and `later` ones once these are up."""

    children: tuple[Child, ...]
    later: tuple[Child, ...] = ()
    stopping: bool = field(default=False)

    def tell(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: stop at the next round."""
        self.stopping = True

    def run(self, *, once_up: Callable[[], bool]) -> None:
        """Tend the children. `once_up` is asked each round until it says that it is done."""
        signal.signal(signal.SIGTERM, self.tell)
        signal.signal(signal.SIGINT, self.tell)
        done = False
        while not self.stopping:
            for child in self._all() if done else self.children:
                child.tend(time.monotonic())
            done = done or once_up()
            time.sleep(0.1)
        self._stop()

    def _all(self) -> tuple[Child, ...]:
        return (*self.children, *self.later)

    def _stop(self) -> None:
        say("Stopping.")
        for child in self._all():
            child.stop(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        for child in self._all():
            if child.process is not None:
                try:
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.stop(signal.SIGKILL)
                    child.process.wait()


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it runs: ask Linux for SIGTERM when the launcher dies, however it
    dies. Other systems have no such thing; there, `kill -9` of the launcher leaves its children."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask
