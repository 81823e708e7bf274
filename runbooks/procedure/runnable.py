"""Whether there is anything to run in a text, and what can be done with it when there is not."""

from __future__ import annotations

from runbooks.enums import Level, Use
from runbooks.procedure.model import Finding, Procedure

#: The code of the finding about a text that nobody can approve for want of steps.
NO_STEPS = "approval.no_steps"
HOW_TO_WRITE_STEPS = "Write each step as a task item: `- [ ] Do it`."


def not_runnable(procedure: Procedure) -> str:
    """Why `procedure` cannot be run, and what can be done with it, in a sentence; '' when it can.
    Steps in asides alone are not enough: a run reaches them from another step."""
    if procedure.main_path:
        return ""
    where = " outside its contingency sections" if procedure.steps else ""
    if procedure.use is Use.REFERENCE:
        return f"This reference has no steps{where}: it can be approved and read, but not run."
    return (
        f"This text has no steps{where}: it can be saved as a draft and edited, but not approved"
        " or run."
    )


def needs_steps(procedure: Procedure) -> bool:
    """Whether nobody can approve `procedure` because it is to be gone through step by step, and has
    no step."""
    return procedure.use is Use.STEP_BY_STEP and not procedure.main_path


def no_steps(procedure: Procedure) -> Finding:
    """The finding about a text that `needs_steps`. No waiver takes it away."""
    return Finding(
        NO_STEPS,
        Level.ERROR,
        1,
        1,
        not_runnable(procedure),
        f"{HOW_TO_WRITE_STEPS} A text that is only to be read says `use: reference`.",
    )


def can_be_done(procedure: Procedure, errors: int) -> str:
    """What can be done with a text that was just saved, in a sentence. `errors` is how many keep it
    from being approved."""
    if sentence := not_runnable(procedure):
        return sentence
    many = "error is" if errors == 1 else f"{errors} errors are"
    first = f"the {many} fixed or waived and " if errors else ""
    return f"It can be drilled now, and run live once {first}somebody else has approved it."
