"""What is suggested to somebody who said how they are. Advice, never a rule: nothing is refused for
it, nothing is counted, and it leaves the run for no statistic of people."""

from __future__ import annotations

from runbooks.machine.statements import Fitness

#: After 17 hours awake people perform as with 0.5 ‰ of alcohol (Williamson & Feyer 2000).
TIRED_AFTER = 16
#: The hours in which people are at their slowest, whenever they got up.
_NIGHT = range(1, 6)


def advice(said: Fitness) -> str:
    """What is suggested, in words; '' when there is nothing to suggest."""
    found = []
    if said.hours_awake >= TIRED_AFTER:
        found.append(f"{said.hours_awake} hours awake")
    if said.local_time and int(said.local_time.split(":")[0]) in _NIGHT:
        found.append("the hours in which everyone is slow")
    if said.alone:
        found.append("alone")
    if not found:
        return ""
    why = ", ".join(found)
    return f"{why[:1].upper()}{why[1:]}: ask for a second person; take the pauses."


def fitness_words(said: Fitness) -> str:
    """What somebody said, in words."""
    parts = [f"awake for {said.hours_awake} h", "alone" if said.alone else "not alone"]
    parts += [f"{said.local_time} there"] if said.local_time else []
    return ", ".join(parts)
