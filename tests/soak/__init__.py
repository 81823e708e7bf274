"""People who press anything, from several processes, some of which are killed: is the log whole?

`python -m tests.soak --seeds 500` (or `make soak`) plays on the database of DATABASE_URL; the test
of the suite plays a few seeds.
"""

from __future__ import annotations
