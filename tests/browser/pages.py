"""Every page of the product, each in the states in which it looks different."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.urls import URLPattern, URLResolver, get_resolver

from accounts import invitations
from accounts.enums import Role
from accounts.models import User
from incidents import decisions, losses
from incidents.enums import SavedBy, Strength
from incidents.models import Incident, TimelineEntry
from inventory.models import Copy, Instance
from runbooks.enums import RunRole
from runbooks.library import revisions
from runbooks.machine.moves.fitness import StateFitness
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.overrides import AskOverride, UseOverride
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.models import Review, Revision, Run, Runbook
from tests.factories.cutover import cutovers
from tests.factories.jobs import background
from tests.factories.library import DESTROYING, approved, waiving
from tests.factories.missed import missed
from tests.factories.people import person
from tests.factories.story import SHEET, Story, story
from tests.factories.watch import watched
from tests.factories.webhooks import attempt, endpoint
from tests.incidents import world
from webhooks import endpoints


@dataclass(frozen=True)
class Shown:
    """A page: the name of its address, the state that it is in, and where it is on the stage."""

    name: str
    path: str
    state: str = ""
    signed_in: bool = True

    def __str__(self) -> str:
        return f"{self.name} {self.state}".strip().replace(" ", "-")


PAGES = (
    Shown("account_login", "/accounts/login/", signed_in=False),
    Shown("signed_in_again", "/accounts/again/"),
    Shown("account_signup", "/accounts/signup/", signed_in=False),
    Shown("account_inactive", "/accounts/inactive/", signed_in=False),
    Shown("account_reset_password", "/accounts/password/reset/", signed_in=False),
    Shown("account_reset_password_done", "/accounts/password/reset/done/", signed_in=False),
    Shown("account_reset_password_from_key", "{invitation}", signed_in=False),
    Shown(
        "account_reset_password_from_key",
        "/accounts/password/reset/key/1-bad/",
        "outdated",
        signed_in=False,
    ),
    Shown(
        "account_reset_password_from_key_done",
        "/accounts/password/reset/key/done/",
        signed_in=False,
    ),
    Shown("account_logout", "/accounts/logout/"),
    Shown("account_reauthenticate", "/accounts/reauthenticate/"),
    Shown("account_change_password", "/accounts/password/change/"),
    Shown("home", "/"),
    Shown("api_reference", "/api/"),
    Shown("api_group", "/api/inventory/"),
    Shown("accounts:people_list", "/people/"),
    Shown("accounts:person_invite", "/people/invite/"),
    Shown("accounts:person_detail", "/people/1/"),
    Shown("accounts:person_detail", "/people/{invited}/", "invited"),
    Shown("accounts:token_list", "/people/me/tokens/"),
    Shown("incidents:incident_list", "/incidents/"),
    Shown("incidents:incident_list", "/incidents/?words=nothing-of-the-kind", "empty"),
    Shown("incidents:incident_new", "/incidents/new/"),
    Shown("incidents:incident_detail", "/incidents/{incident}/"),
    Shown("incidents:incident_detail", "/incidents/{incident}/?only=near-misses", "near misses"),
    Shown("incidents:incident_edit", "/incidents/{incident}/edit/"),
    Shown("incidents:incident_severity", "/incidents/{incident}/severity/"),
    Shown("incidents:incident_status", "/incidents/{incident}/status/"),
    Shown("incidents:incident_time", "/incidents/{incident}/clock/noticed/"),
    Shown("incidents:incident_time_unknown", "/incidents/{incident}/clock/recovery-point/unknown/"),
    Shown("incidents:incident_offers", "/incidents/{incident}/offers/"),
    Shown("incidents:incident_people", "/incidents/{incident}/people/"),
    Shown("incidents:incident_runbooks", "/incidents/{incident}/runbooks/"),
    Shown("incidents:incident_runs", "/incidents/{incident}/runs/"),
    Shown("incidents:run_start", "/incidents/{incident}/start/{restore}/1/"),
    Shown("incidents:entry_new", "/incidents/{incident}/entries/new/"),
    Shown("incidents:entry_correct", "/incidents/{incident}/entries/{entry}/correct/"),
    Shown("incidents:incident_detail", "/incidents/{ended}/", "everything stated"),
    Shown("incidents:loss_new", "/incidents/{incident}/losses/new/"),
    Shown("incidents:loss_strike", "/incidents/{ended}/losses/{loss}/strike/"),
    Shown("incidents:reconciliation", "/incidents/{incident}/reconciliation/"),
    Shown("incidents:notified_new", "/incidents/{incident}/notified/new/"),
    Shown("incidents:notified_strike", "/incidents/{ended}/notified/{note}/strike/"),
    Shown("incidents:saved_by", "/incidents/{incident}/saved-by/"),
    Shown("incidents:action_new", "/incidents/{incident}/actions/new/"),
    Shown("incidents:action_reassign", "/incidents/{ended}/actions/{action}/assignment/"),
    Shown("incidents:action_settle", "/incidents/{ended}/actions/{action}/status/"),
    Shown("inventory:system_list", "/inventory/"),
    Shown("inventory:system_new", "/inventory/new-system/"),
    Shown("inventory:system_detail", "/inventory/systems/ledger/"),
    Shown("inventory:system_edit", "/inventory/systems/ledger/edit/"),
    Shown("inventory:instance_new", "/inventory/systems/ledger/new-instance/"),
    Shown("inventory:instance_detail", "/inventory/instances/{instance}/"),
    Shown("inventory:instance_edit", "/inventory/instances/{instance}/edit/"),
    Shown("inventory:copy_new", "/inventory/systems/ledger/new-copy/"),
    Shown("inventory:copy_detail", "/inventory/copies/{copy}/"),
    Shown("inventory:copy_edit", "/inventory/copies/{copy}/edit/"),
    Shown("inventory:copy_mark", "/inventory/copies/{copy}/mark/"),
    Shown("inventory:copy_verify", "/inventory/copies/{copy}/verify/"),
    Shown("jobs:schedule_list", "/background/"),
    Shown("jobs:schedule_detail", "/background/schedules/jobs.prune/"),
    Shown("jobs:job_list", "/background/jobs/"),
    Shown("jobs:job_list", "/background/jobs/?status=running", "empty"),
    Shown("jobs:job_detail", "/background/jobs/{failed_job}/", "failed"),
    Shown("jobs:job_detail", "/background/jobs/{later_job}/", "to be tried again"),
    Shown("notices:notice_list", "/notices/"),
    Shown("webhooks:endpoint_list", "/webhooks/"),
    Shown("webhooks:endpoint_new", "/webhooks/new/"),
    Shown("webhooks:endpoint_detail", "/webhooks/{endpoint}/"),
    Shown("webhooks:endpoint_detail", "/webhooks/{endpoint}/?status=delivered", "empty"),
    Shown("webhooks:endpoint_edit", "/webhooks/{endpoint}/edit/"),
    Shown("webhooks:endpoint_secret", "/webhooks/{endpoint}/secret/"),
    Shown("webhooks:delivery_detail", "/webhooks/deliveries/{delivery}/"),
    Shown("runbooks:runbook_list", "/runbooks/"),
    Shown("runbooks:runbook_new", "/runbooks/new/"),
    Shown("runbooks:runbook_upload", "/runbooks/upload/"),
    Shown("runbooks:runbook_detail", "/runbooks/{restore}/"),
    Shown("runbooks:runbook_detail", "/runbooks/{failed}/", "locked"),
    Shown("runbooks:runbook_detail", "/runbooks/restore-the-database/", "with findings"),
    Shown("runbooks:runbook_edit", "/runbooks/{restore}/edit/"),
    Shown("runbooks:runbook_edit", "/runbooks/restore-the-database/edit/", "with findings"),
    Shown("runbooks:revision_detail", "/runbooks/{books}/2/", "not approved"),
    Shown("runbooks:revision_detail", "/runbooks/empty-the-pots/1/", "with waivers"),
    Shown("runbooks:revision_diff", "/runbooks/{books}/1..2/"),
    Shown("runbooks:revision_print", "/runbooks/{restore}/1/print/"),
    Shown("runbooks:run_prepare", "/runbooks/{restore}/1/start/"),
    Shown("runbooks:run_prepare", "/runbooks/{books}/2/start/", "drill only"),
    Shown("runbooks:run_prepare", "/runbooks/{failed}/1/start/", "locked"),
    Shown("runbooks:run_list", "/runs/"),
    Shown("runbooks:run_detail", "/runs/{briefing}/", "briefing"),
    Shown("runbooks:run_detail", "/runs/{locked}/", "locked"),
    Shown("runbooks:run_detail", "/runs/{running}/", "running"),
    Shown("runbooks:run_detail", "/runs/{awaiting}/", "awaiting"),
    Shown("runbooks:run_detail", "/runs/{differing}/", "differing"),
    Shown("runbooks:run_detail", "/runs/{held}/", "held"),
    Shown("runbooks:run_detail", "/runs/{offered}/", "being handed over"),
    Shown("runbooks:run_detail", "/runs/{completed}/", "completed"),
    Shown("runbooks:run_copies", "/runs/{running}/copies/"),
    Shown("runbooks:run_copies", "/runs/{completed}/copies/", "ended"),
    Shown("runbooks:run_detail", "/runs/{cutover_brief}/", "brief of an overwrite"),
    Shown("runbooks:run_detail", "/runs/{cutover_asked}/", "asking for a copy"),
    Shown("runbooks:run_detail", "/runs/{cutover_paused}/", "in a team check"),
    Shown("runbooks:run_detail", "/runs/{cutover_ready}/", "before an overwrite"),
    Shown("runbooks:run_detail", "/runs/{cutover_laid}/", "a command laid open"),
    Shown("runbooks:run_detail", "/runs/{cutover_bad}/", "held at a bad sign"),
    Shown("runbooks:run_detail", "/runs/{cutover_owed}/", "owing what follows"),
    Shown("runbooks:run_log", "/runs/{completed}/log/"),
    Shown("runbooks:run_log", "/runs/{completed}/log/?verify=1", "verified"),
    Shown("runbooks:run_log", "/runs/{differing}/log/?near-misses=1", "near misses"),
    Shown("runbooks:log_check_list", "/runs/verification/"),
    Shown("runbooks:near_miss_list", "/near-misses/"),
    Shown("runbooks:review_list", "/reviews/"),
    Shown("runbooks:review_detail", "/reviews/{review}/"),
    Shown("runbooks:run_detail", "/runs/{asked}/", "override asked"),
    Shown("runbooks:near_miss_list", "/near-misses/?period=week&kind=drill", "empty"),
    Shown("runbooks:run_print", "/runs/{running}/print/"),
)

#: Addresses that show nothing of their own.
NOT_PAGES = {
    "account_set_password": "leads on: everybody who can sign in has a password",
    "livez": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
    "accounts:person_roles": "only takes a form",
    "accounts:person_disable": "only takes a form",
    "accounts:person_enable": "only takes a form",
    "accounts:token_revoke": "only takes a form",
    "incidents:incident_time_clear": "only takes a form",
    "incidents:incident_person_remove": "only takes a form",
    "incidents:incident_runbook_unlink": "only takes a form",
    "jobs:schedule_off": "only takes a form",
    "jobs:schedule_on": "only takes a form",
    "jobs:schedule_default": "only takes a form",
    "jobs:schedule_run": "only takes a form; its refusal is the schedule's page",
    "jobs:job_again": "only takes a form; its refusal is the job's page",
    "notices:notice_read": "only takes a form",
    "notices:notice_read_all": "only takes a form",
    "notices:digest_switch": "only takes a form",
    "inventory:instance_lifecycle": "only takes a form; its refusal looks like instance_edit",
    "webhooks:endpoint_on": "only takes a form",
    "webhooks:endpoint_off": "only takes a form",
    "webhooks:endpoint_secret_end": "only takes a form",
    "webhooks:endpoint_test": "only takes a form",
    "webhooks:delivery_again": "only takes a form",
    "runbooks:runbook_archive": "only takes a form",
    "runbooks:runbook_unarchive": "only takes a form",
    "runbooks:revision_approve": "only takes a form",
    "runbooks:revision_waive": "only takes a form",
    "runbooks:runbook_preview": "a part of the editor's page",
    "runbooks:revision_source": "a file to save",
    "runbooks:run_export": "a file to save",
    "runbooks:evidence_file": "a file to save",
    "runbooks:review_close": "only takes a form; its refusals are the review's page",
    "runbooks:run_move": "only takes a form; its refusals are the run's page",
}


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """The name of every address of the product at which people, and not programs, look."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "api":
            continue
        elif isinstance(pattern, URLResolver):
            yield from names(
                pattern, space + (f"{pattern.namespace}:" if pattern.namespace else "")
            )
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def everyone() -> User:
    """Somebody with all rights: their pages show every control that there is."""
    return person("everyone", "ev", *Role)


def set_stage() -> dict[str, str]:
    """Runs in every state, and the numbers that the paths of `PAGES` want."""
    at = datetime.now(UTC) - timedelta(hours=1)
    operator = everyone()
    cast = {name: User.objects.get(username=name) for name in ("verifier", "decider", "relief")}
    writers = {name: User.objects.get(username=name) for name in ("author", "approver")}
    text = approved(writers["author"], writers["approver"], at, SHEET)
    pots = waiving(DESTROYING.replace(b"Water the plants", b"Empty the pots"))
    revisions.save(source=pots, by=writers["author"], at=at)
    more = SHEET.replace(b"- [ ] Tell people", b"- [ ] Tell all people")
    revisions.save(source=more, by=writers["author"], at=at, runbook=text.runbook, summary="All")

    def begun(**people: User) -> Story:
        return story({"operator": operator, **cast, **writers, **people}, at, revision=text)

    invited = person("invited", "iv", Role.VIEWER)
    incident, briefing = Incident.objects.get(), begun()
    runs = {
        "briefing": briefing.run,
        "running": begun().start().agreed().run,
        "started": begun().start().agreed().run,
        "awaiting": begun(operator=cast["relief"], verifier=operator).start().measured().run,
        **_troubled(begun(), begun(), begun(), begun()),
    }
    watched(operator, at)
    return {
        "everyone": str(operator.pk),
        "incident": str(incident.pk),
        "entry": str(TimelineEntry.objects.filter(incident=incident).earliest("pk").pk),
        "invited": str(invited.pk),
        "invitation": invitations.link(invited, site=""),
        "restore": Runbook.objects.get(slug__startswith="restore-the-ledger").slug,
        "books": text.runbook.slug,
        "instance": str(Instance.objects.earliest("pk").pk),
        "copy": str(Copy.objects.earliest("pk").pk),
        **around({**cast, **writers}, operator, text),
        **locked({**cast, **writers}, operator, at),
        **ended(operator, incident, at),
        **cutovers({**cast, **writers, "operator": operator}, operator, at),
        **background(datetime.now(UTC)),
        **webhooks(operator, at),
        **{state: str(run.pk) for state, run in runs.items()},
    }


def around(people: dict[str, User], operator: User, text: Revision) -> dict[str, str]:
    """A run in which one gate was overridden, and the way round another is asked for."""
    just_now = datetime.now(UTC) - timedelta(minutes=11, seconds=30)
    run = story({**people, "operator": operator}, just_now, revision=text).start().agreed()
    for step in (1, 2):
        run.do(Tick, "operator", step=step, values={})
    run.do(StateFitness, "operator", hours_awake=19, alone=True, local_time="03:40")
    run.do(BeginStep, "operator", step=3)
    gate = {"step": 3, "gate": "countersigned"}
    run.do(AskOverride, "operator", **gate, reason="The verifier is on a plane.")
    other = story({**people, "operator": people["relief"]}, just_now, revision=text)
    other.start().measured()
    second = {"step": 0, "gate": "countersigned"}
    other.do(AskOverride, "operator", **second, reason="Nobody else is awake.")
    other.at += timedelta(minutes=2)
    other.do(UseOverride, "operator", **second)
    return {"asked": str(run.run.pk), "review": str(Review.objects.latest("pk").pk)}


def locked(people: dict[str, User], operator: User, at: datetime) -> dict[str, str]:
    """A text that a run of the relief's has locked, and a run of it that may not start."""
    text = approved(people["author"], people["approver"], at)
    failed = story({**people, "operator": people["relief"]}, at, revision=text)
    failed.do(TakeRole, "operator", role=RunRole.OPERATOR)
    failed.do(Start, "operator", acknowledged=True, conditions=True)
    later = story({**people, "operator": operator}, at, revision=text)
    later.do(TakeRole, "operator", role=RunRole.OPERATOR)
    why = "Both windows carried the same title, and the left one was the old server."
    failed.do(Abort, "operator", reason=why, deviation="wrong-direction")
    return {"failed": text.runbook.slug, "locked": str(later.run.pk)}


def ended(by: User, beside: Incident, at: datetime) -> dict[str, str]:
    """An incident of which everything is stated, one loss twice and struck out once."""
    kept = world.incident(by, at, title="Sessions were restored twice", system=beside.system)
    struck = world.loss(kept, by, at, amount=824)
    losses.strike_out(struck, reason="Counted twice.", by=by, at=at)
    world.finished(kept, by, at)
    why = "Somebody had a copy of that morning on a laptop."
    decisions.say_saved_by(kept, saved_by=SavedBy.LUCK, note=why, seen=None, by=by, at=at)
    facts = {"title": "Always back up twice", "strength": Strength.WEAKER}
    world.action(kept, by, at, **facts)
    action = world.action(kept, by, at, replaces_luck=True)
    loss = kept.losses.filter(struck_at__isnull=True).get()
    return {
        "ended": str(kept.pk),
        "loss": str(loss.pk),
        "note": str(kept.notified.get().pk),
        "action": str(action.pk),
    }


def webhooks(by: User, at: datetime) -> dict[str, str]:
    """An endpoint whose name nobody knows, and a delivery that was tried."""
    kept = endpoint(by, at, url="https://hooks.invalid/in")
    sent = endpoints.send_test(kept, by=by, at=at)
    attempt(sent, at)
    return {"endpoint": str(kept.pk), "delivery": str(sent.pk)}


def _troubled(differing: Story, held: Story, offered: Story, completed: Story) -> dict[str, Run]:
    differing.start().measured()
    differing.do(Countersign, "verifier", step=0, values={"entries": "3"})
    missed(differing.run, differing.people["operator"], differing.at)
    held.start().agreed().do(Hold, "verifier")
    words = dict.fromkeys(("position", "running", "next_step", "worries"), "nothing")
    offered.start().agreed()
    offered.do(HandOver, "operator", to=offered.people["relief"].pk, **words)
    completed.start().agreed()
    for step in (1, 2):
        completed.do(Tick, "operator", step=step, values={})
    completed.do(BeginStep, "operator", step=3)
    completed.do(Countersign, "verifier", step=3, values={})
    completed.do(Tick, "operator", step=3, values={})
    completed.do(Tick, "operator", step=4, values={})
    missed(completed.run, completed.people["operator"], completed.at)
    completed.do(Complete, "operator", summary="The books are back.")
    games = {"differing": differing, "held": held, "offered": offered, "completed": completed}
    return {state: game.run for state, game in games.items()}
