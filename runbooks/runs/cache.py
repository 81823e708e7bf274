"""What this process has read before and need not read again, because it cannot have changed.

Three things are remembered, each under a name that stands for its whole content:

- a procedure, by its revision and the SHA-256 of its text: revisions are immutable (triggers);
- the state of a run, by the digest of its log's head: the digest covers every event since the
  first, the first names the revision, and the state is what these events make (`machine.apply`);
- what a stored reading of a revision says, by the SHA-256 of the very text that was just read.

So nothing here can be out of date, and nothing has to be invalidated: the run's row, which is read
and locked every time, says which state is wanted. `replay.verify`, which distrusts the stored rows,
reads them and neither of the first two; the third is for it alone.
"""

from __future__ import annotations

from lib.recent import Recent
from runbooks.machine.state import RunState
from runbooks.procedure.model import Procedure

#: By (revision, SHA-256 of its text).
procedures: Recent[tuple[int, str], Procedure] = Recent(32)
#: By (run, digest of the head of its log).
states: Recent[tuple[int, str], RunState] = Recent(64)
#: By SHA-256 of the stored text: the procedure, and the digest of its canonical form.
readings: Recent[str, tuple[Procedure, str]] = Recent(32)
