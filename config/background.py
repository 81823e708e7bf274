"""What the background does: which function does each kind of job, and what is put when."""

from __future__ import annotations

#: The kind of a job, and the function that does it: `def handler(job: Job, at: datetime) -> str`.
JOB_HANDLERS: dict[str, str] = {
    "accounts.prune": "accounts.limits.prune",
    "config.digest": "config.digest.send",
    "jobs.prune": "jobs.schedules.prune",
    "notices.mail": "notices.mail.mail_notice",
    "runbooks.anchor": "runbooks.tasks.anchor",
    "runbooks.forget_keys": "runbooks.tasks.forget_keys",
    "runbooks.mail_anchor": "runbooks.tasks.mail_anchor",
    "runbooks.post_anchor": "runbooks.tasks.post_anchor",
    "runbooks.remind": "runbooks.tasks.remind",
    "runbooks.verify_logs": "runbooks.tasks.verify_logs",
    "webhooks.deliver": "webhooks.delivering.deliver",
    "webhooks.prune": "webhooks.delivering.prune",
    "webhooks.relay": "webhooks.outbox.relay",
}
#: What is put again and again: the rule (`jobs.rules`, in TIME_ZONE), and what it does, for people.
JOB_SCHEDULES: dict[str, tuple[str, str]] = {
    "accounts.prune": ("every 1 h", "Forgets wrong passwords that nobody typed for a day."),
    "config.digest": ("weekly mon 08:00", "Tells managers what happened in the last whole week."),
    "jobs.prune": ("daily 03:40", "Forgets jobs that were done long ago; failed ones are kept."),
    "runbooks.anchor": (
        "every 15 min",
        "Writes the heads of logs that have moved to a file outside of the database.",
    ),
    "runbooks.forget_keys": (
        "daily 03:45",
        "Forgets the digests of what was sent under idempotency keys, after 7 days.",
    ),
    "runbooks.remind": (
        "every 1 min",
        "Tells people of steps that take too long, and of runs in which nothing happens.",
    ),
    "runbooks.verify_logs": (
        "daily 03:30",
        "Verifies the logs of all runs and compares them with the anchors.",
    ),
    "webhooks.prune": ("daily 03:50", "Forgets webhooks that were delivered or failed long ago."),
    "webhooks.relay": ("every 5 s", "Turns new events into webhooks, where any are wanted."),
}
