"""Live runs: server-sent events from the tail of the log.

`door` lets a viewer in, `stream` is the ASGI endpoint, `hub` reads the log once a process and fans
out, `wake` tells the hub when to read, `reading` reads, `desk` is the thread that the hub's
database work happens in.
"""

from __future__ import annotations
