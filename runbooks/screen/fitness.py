"""What is suggested to somebody who said how they are. Advice, never a rule: nothing is refused for
it, nothing is counted, and it leaves the run for no statistic of people."""

from __future__ import annotations

from runbooks.machine.statements import Fitness

#: After 17 hours awake people perform as with 0.5 ‰ of alcohol (Williamson & Feyer 2000).
TIRED_AFTER = 16
#: The hours in which people are at their slowest, whenever they got up.
_NIGHT = range(1, 6)


def advice(fitness: Fitness) -> str:
    """What is suggested, in words; '' when there is nothing to suggest."""
    signs = []
    if fitness.hours_awake >= TIRED_AFTER:
        signs.append(f"{fitness.hours_awake} hours awake")
    if fitness.local_time and int(fitness.local_time.split(":")[0]) in _NIGHT:
        signs.append("the hours in which everyone is slow")
    if fitness.alone:
        signs.append("alone")
    if not signs:
        return ""
    why = ", ".join(signs)
    return f"{why[:1].upper()}{why[1:]}: ask for a second person; take the pauses."


def fitness_words(fitness: Fitness) -> str:
    """What somebody said, in words."""
    parts = [f"awake for {fitness.hours_awake} h", "alone" if fitness.alone else "not alone"]
    parts += [f"{fitness.local_time} there"] if fitness.local_time else []
    return ", ".join(parts)
