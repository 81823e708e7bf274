"""Verify the export of a run without the product: standard library only.

    python verify_export.py export.json

Prints what does not hold and ends with 1, or says that all holds and ends with 0. The export of a
run that has not ended has no runbook's text, only its SHA-256: it then says that this is missing.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

ENDED = ("completed", "aborted")


def faults(export: dict[str, Any]) -> list[str]:
    """What does not hold in an export, a sentence each."""
    found = []
    previous, last = "", ""
    for number, event in enumerate(export["events"], start=1):
        told = json.loads(event["text"])
        if (told["sequence"], told["run"]) != (number, export["run"]):
            found.append(f"Event {number} is missing, or stands in another place or run.")
        if hashlib.sha256((previous + event["text"]).encode()).hexdigest() != event["digest"]:
            found.append(f"Event {number}: the text does not fit its digest.")
        if told["at"] < last:
            found.append(f"Event {number} is dated before event {number - 1}: the clock went back.")
        previous, last = event["digest"], told["at"]
    if export["head"] != {"sequence": len(export["events"]), "digest": previous}:
        found.append("The log does not end at the head that the run names.")
    first = json.loads(export["events"][0]["text"])["data"] if export["events"] else {}
    revision = export["revision"]
    digests = {revision["sha256"], first.get("revision", {}).get("sha256")}
    if revision["source"] is not None:
        digests.add(hashlib.sha256(revision["source"].encode()).hexdigest())
    elif export["status"] in ENDED:
        found.append("The runbook's text is missing, although the run has ended.")
    if len(digests) > 1:
        found.append("The runbook's text is not the one that the first event names.")
    return found


def remark(export: dict[str, Any]) -> str:
    """What an export that holds does not contain, in a sentence; '' when it is whole."""
    if export["revision"]["source"] is not None:
        return ""
    return (
        "The runbook's text is withheld until the run has ended; its SHA-256 is the one that the"
        f" first event names: {export['revision']['sha256']}"
    )


if __name__ == "__main__":
    export = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sentences = faults(export)
    print("\n".join(sentences) or f"All {len(export['events'])} events hold: {export['head']}")
    if not sentences and remark(export):
        print(remark(export))
    sys.exit(bool(sentences))
