"""The rules, in families by subject. A family is a package of modules, or one module.

To add a rule, declare it with `@RULES.add(…)` in a module of its family, put a bad and a good
example into `lint/examples/<code>`, and test its edges in `tests/runbooks/lint/rules`. A new module
is also listed in its family.
"""

from __future__ import annotations

from runbooks.lint.rule import LintRule
from runbooks.lint.rules import (
    commands,
    copies,
    flow,
    irreversible,
    outside_steps,
    people,
    upkeep,
    values,
    wording,
)

_FAMILIES = (commands, copies, flow, irreversible, outside_steps, people, upkeep, values, wording)
#: Every rule by its code, in the order of the codes.
RULES: dict[str, LintRule] = {
    rule.code: rule
    for rule in sorted((r for family in _FAMILIES for r in family.RULES), key=lambda r: r.code)
}
