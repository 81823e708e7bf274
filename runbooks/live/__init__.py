"""Live runs: server-sent events from the tail of the log.

`authentication` lets a viewer in, `stream` is the ASGI endpoint, `hub` reads the log once a process
and fans out, `wake` tells the hub when to read, `reading` reads, and the hub's database work is
done in `database_thread`.
"""

from __future__ import annotations
