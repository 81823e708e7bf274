"""Backup and restore of Countersign itself, which do what its runbooks ask of others.

`files` writes so that a copy is on the disk, `facts` says what a database holds, `sqlite` and
`postgres` take one and put one beside, `manifest` keeps what a backup must hold, `places` are where
backups are kept, `creating` makes one, `checking` reads it back, `restoring` restores next to the
live data, `replacing` swaps, `last_backup` remembers the last good one.
"""

from __future__ import annotations


class Stopped(Exception):
    """It does not go on; the message says why and what to do, for the person at the terminal."""
