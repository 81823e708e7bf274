"""What the people of the story see and type, step after step of the ledger's restore."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_NOW = datetime.now(UTC).replace(microsecond=0)
FOUND = f"{_NOW - timedelta(days=61):%Y-%m-%d %H:%M:%S+00:00}"
KEPT = f"{_NOW - timedelta(hours=6):%Y-%m-%d %H:%M:%S+00:00}"
SUM = "3f" * 32


@dataclass(frozen=True)
class Act:
    """A step: words of its title, the values by name, and who takes part besides the operator."""

    title: str
    values: dict[str, str] = field(default_factory=dict)
    by: str = "operator"
    released: bool = False
    answer: str = ""
    second: str = ""  # countersign: before or after

    @property
    def typed(self) -> dict[str, str]:
        return {f"value_{name}": value for name, value in self.values.items()}


def _read(
    title: str, suffix: str, when: str, count: str, *, by: str = "", second: str = "after"
) -> Act:
    values = {f"newest_{suffix}": when, f"entries_{suffix}": count}
    return Act(title, values, by=by or "operator", second=second)


TO_IDENTIFY = Act("Announce the restore")
IDENTIFY = Act("Identify the server", {"in_recovery": "f"})
TO_HOLD = (
    Act("Switch the application to its maintenance page"),
    Act("Pause the scheduled jobs"),
    Act("Stop the writers"),
    Act(
        "Close the live database",
        {"clients": "0", "writers_stopped_at": f"{_NOW:%Y-%m-%d %H:%M:%S} UTC"},
    ),
)
FIRST_READING = _read("as you found it", "found", FOUND, "31207")
TO_HAND_OVER = (
    Act("List every known copy", {"copies_known": "4"}),
    Act("Duplicate the chosen backup", {"dump_sha256": f"{SUM}  a.dump", "different_sums": "1"}),
    Act(
        "Open the duplicate",
        {"dumped_from": "15.4", "tables_in_backup": "2", "backup_size": "48117760"},
    ),
    _read("inside the backup", "in_backup", KEPT, "48211"),
    Act("Decide whether", {"loss_window": "5 h 40 min"}, released=True, answer="restore it"),
    Act("Write a safety copy", {"safety_sha256": SUM, "safety_size": "40 MiB"}),
)
TO_THE_END = (
    _read("Read the safety copy", "in_safety_copy", FOUND, "31207", by="verifier", second=""),
    Act("Create the new database", {"tables_in_new_database": "0"}),
    Act("Restore the duplicate", {"exit_status": "0"}),
    _read("Compare the newest", "restored", KEPT, "48211"),
    Act(
        "Test the restored books",
        {
            "balance": "0",
            "orphans": "0",
            "sequences_behind": "0",
            "kinds_of_rights": "1",
            "settings_missing": "0",
        },
    ),
    Act("Hold the time-out", released=True),
    Act("Identify the server again", {"still_in_recovery": "f"}),
    Act("Disconnect every client", {"clients_of_both": "0"}),
    Act("Put the restored database", second="before"),
    _read("of the live database", "live", KEPT, "48211"),
    Act("Open the ledger", {"connection_limit": "-1", "read_only": "off"}, released=True),
    Act("Start the scheduled jobs", {"still_off": "0"}),
    Act("Write a full backup", {"new_backup_sha256": SUM, "tables_in_new_backup": "2"}),
    Act("Quarantine the old database", {"quarantined": "1"}),
    Act("List the writes", {"writes_lost": "312", "loss_counted_how": "the application's log"}),
    Act("Tell those affected"),
)
