"""Made-up prose of a fixed seed, so that every world is filled alike."""

from __future__ import annotations

from random import Random

_TEXT = """
the a of to and in was on for with nobody somebody night morning shop ledger invoice table index
replica primary standby disk volume controller snapshot dump archive tape vault key password prompt
host address terminal window script migration release column row customer order payment entry
journal stopped started wrote deleted dropped truncated overwrote copied restored compared counted
measured found lost missed noticed called asked answered waited finally slowly twice again before
after until because although while partly wholly nearly
"""
VOCABULARY = tuple(_TEXT.split())


def prose(random: Random, words: int) -> str:
    """So many words, with a full stop at the end."""
    return " ".join(random.choices(VOCABULARY, k=words)).capitalize() + "."
