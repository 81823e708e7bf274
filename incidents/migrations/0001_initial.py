from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lib.append_only import fix, keep, protect

_STATED = ("id", "incident_id", "stated_at", "stated_by_id", "stated_by_name", "reason")
_LOSS = ("what", "amount", "unit", "state", "counted", "window_start", "window_end")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inventory", "0001_initial"),
        ("runbooks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=160, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("data loss", "data loss"),
                            ("corruption", "corruption"),
                            ("near miss", "near miss"),
                            ("good catch", "good catch"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("not judged yet", "not judged yet"),
                            ("severity 1", "severity 1"),
                            ("severity 2", "severity 2"),
                            ("severity 3", "severity 3"),
                            ("severity 4", "severity 4"),
                        ],
                        default="not judged yet",
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("contained", "contained"),
                            ("restored", "restored"),
                            ("closed", "closed"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("rpo", models.DurationField(blank=True, null=True)),
                ("rto", models.DurationField(blank=True, null=True)),
                ("mtd", models.DurationField(blank=True, null=True)),
                ("what_happened", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "reconciliation",
                    models.CharField(
                        choices=[
                            ("not decided yet", "not decided yet"),
                            ("re-entered", "re-entered"),
                            ("partly re-entered", "partly re-entered"),
                            ("given up", "given up"),
                            ("nothing to do", "nothing to do"),
                        ],
                        default="not decided yet",
                        max_length=20,
                    ),
                ),
                ("reconciliation_note", models.CharField(blank=True, max_length=300)),
                (
                    "saved_by",
                    models.CharField(
                        choices=[
                            ("not said yet", "not said yet"),
                            ("planned control", "planned control"),
                            ("unplanned recovery", "unplanned recovery"),
                            ("luck", "luck"),
                            ("mixed", "mixed"),
                            ("nothing", "nothing"),
                            ("not needed", "not needed"),
                        ],
                        default="not said yet",
                        max_length=20,
                    ),
                ),
                ("saved_by_note", models.CharField(blank=True, max_length=300)),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "runbooks",
                    models.ManyToManyField(
                        blank=True, related_name="incidents", to="runbooks.runbook"
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="inventory.system",
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ActionItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("investigate", "investigate"),
                            ("mitigate", "mitigate"),
                            ("repair", "repair"),
                            ("detect", "detect"),
                            ("mitigate the next one", "mitigate the next one"),
                            ("prevent", "prevent"),
                            ("process", "process"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "strength",
                    models.CharField(
                        choices=[
                            ("stronger", "stronger"),
                            ("intermediate", "intermediate"),
                            ("weaker", "weaker"),
                        ],
                        max_length=12,
                    ),
                ),
                ("due", models.DateField()),
                ("done_when", models.CharField(max_length=300)),
                ("replaces_luck", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("done", "done"), ("declined", "declined")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("added_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incident_actions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["incident", "due", "pk"],
            },
        ),
        migrations.CreateModel(
            name="IncidentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=120)),
                ("verb", models.CharField(max_length=40)),
                ("fields", models.JSONField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["incident", "version"],
            },
        ),
        migrations.CreateModel(
            name="IncidentPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("lead", "lead"),
                            ("responder", "responder"),
                            ("decider", "decider"),
                            ("communication", "communication"),
                            ("scribe", "scribe"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="incidents.incident",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incident_parts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "incident people",
                "ordering": ["incident", "pk"],
            },
        ),
        migrations.CreateModel(
            name="IncidentRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("linked_at", models.DateTimeField()),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="incidents.incident",
                    ),
                ),
                (
                    "linked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incident_link",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "ordering": ["incident", "run_id"],
            },
        ),
        migrations.CreateModel(
            name="IncidentTime",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "moment",
                    models.CharField(
                        choices=[
                            ("began", "began"),
                            ("noticed", "noticed"),
                            ("declared", "declared"),
                            ("writes stopped", "writes stopped"),
                            ("recovery point", "recovery point"),
                            ("restored", "restored"),
                            ("reopened", "reopened"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField(blank=True, null=True)),
                (
                    "certainty",
                    models.CharField(
                        choices=[("exact", "exact"), ("about", "about"), ("guessed", "guessed")],
                        max_length=10,
                    ),
                ),
                ("unknown", models.CharField(blank=True, max_length=300)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="times",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["incident", "at"],
            },
        ),
        migrations.CreateModel(
            name="LossMeasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stated_at", models.DateTimeField()),
                ("stated_by_name", models.CharField(max_length=120)),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                ("struck_by_name", models.CharField(blank=True, max_length=120)),
                ("struck_reason", models.CharField(blank=True, max_length=300)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("records", "records"),
                            ("files", "files"),
                            ("bytes", "bytes"),
                            ("accounts", "accounts"),
                            ("transactions", "transactions"),
                            ("minutes of writes", "minutes of writes"),
                            ("configuration", "configuration"),
                            ("messages", "messages"),
                        ],
                        max_length=20,
                    ),
                ),
                ("amount", models.PositiveBigIntegerField(blank=True, null=True)),
                ("unit", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("lost at first", "lost at first"),
                            ("recovered", "recovered"),
                            ("re-created", "re-created"),
                            ("gone for good", "gone for good"),
                            ("contaminated", "contaminated"),
                            ("unknown", "unknown"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "counted",
                    models.CharField(
                        choices=[
                            ("counted", "counted"),
                            ("estimated", "estimated"),
                            ("claimed", "claimed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("window_start", models.DateTimeField(blank=True, null=True)),
                ("window_end", models.DateTimeField(blank=True, null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="losses",
                        to="incidents.incident",
                    ),
                ),
                (
                    "stated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "struck_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["incident", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stated_at", models.DateTimeField()),
                ("stated_by_name", models.CharField(max_length=120)),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                ("struck_by_name", models.CharField(blank=True, max_length=120)),
                ("struck_reason", models.CharField(blank=True, max_length=300)),
                ("whom", models.CharField(blank=True, max_length=300)),
                ("notified_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notified",
                        to="incidents.incident",
                    ),
                ),
                (
                    "stated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "struck_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["incident", "pk"],
            },
        ),
        migrations.CreateModel(
            name="TimelineEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("happened_at", models.DateTimeField()),
                (
                    "certainty",
                    models.CharField(
                        choices=[("exact", "exact"), ("about", "about"), ("guessed", "guessed")],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField()),
                ("html", models.TextField()),
                ("entered_at", models.DateTimeField()),
                ("entered_by_name", models.CharField(max_length=120)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction",
                        to="incidents.timelineentry",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "timeline entries",
                "ordering": ["incident", "happened_at", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["-opened_at", "-id"], name="incident_by_opening"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["status", "-opened_at", "-id"], name="incident_by_status_opening"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["system", "-opened_at", "-id"], name="incident_by_system_opening"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("status", "closed")),
                    models.Q(
                        models.Q(("status", "closed"), _negated=True), ("closed_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="incident_closed_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="actionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("title", ""), _negated=True),
                    models.Q(("done_when", ""), _negated=True),
                ),
                name="action_says_when_it_is_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="actionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("settled_at__isnull", True),
                        ("settled_by__isnull", True),
                        ("status", "open"),
                    ),
                    models.Q(
                        models.Q(("status", "open"), _negated=True),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="action_settled_at_and_by_together",
            ),
        ),
        migrations.AddIndex(
            model_name="incidentchange",
            index=models.Index(fields=["incident", "-at"], name="incident_change_by_time"),
        ),
        migrations.AddConstraint(
            model_name="incidentchange",
            constraint=models.UniqueConstraint(
                fields=("incident", "version"), name="incident_change_makes_one_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentperson",
            constraint=models.UniqueConstraint(
                fields=("incident", "person", "part"), name="incident_person_part_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="incidenttime",
            constraint=models.UniqueConstraint(
                fields=("incident", "moment"), name="incident_moment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="incidenttime",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("at__isnull", False), ("unknown", "")),
                    models.Q(("at__isnull", True), models.Q(("unknown", ""), _negated=True)),
                    _connector="OR",
                ),
                name="incident_moment_known_or_why_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="lossmeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("struck_at__isnull", True),
                        ("struck_by__isnull", True),
                        ("struck_reason", ""),
                    ),
                    models.Q(
                        ("struck_at__isnull", False),
                        ("struck_by__isnull", False),
                        models.Q(("struck_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="loss_struck_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="lossmeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount__isnull", False), models.Q(("state", "unknown"), _negated=True)
                    ),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="loss_unknown_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="lossmeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("window_start__isnull", True),
                    ("window_end__isnull", True),
                    ("window_start__lte", models.F("window_end")),
                    _connector="OR",
                ),
                name="loss_window_runs_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("struck_at__isnull", True),
                        ("struck_by__isnull", True),
                        ("struck_reason", ""),
                    ),
                    models.Q(
                        ("struck_at__isnull", False),
                        ("struck_by__isnull", False),
                        models.Q(("struck_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="notification_struck_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("whom", ""), _negated=True), ("notified_at__isnull", False)),
                    models.Q(
                        ("notified_at__isnull", True),
                        ("whom", ""),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="notification_notified_or_nobody",
            ),
        ),
        protect("incidents_timelineentry"),
        protect("incidents_incidentchange"),
        protect("incidents_lossmeasure", columns=(*_STATED, *_LOSS)),
        protect("incidents_notification", columns=(*_STATED, "whom", "notified_at")),
        keep("incidents_actionitem"),
        # Promised is what the system promised on that day, whatever it promises later.
        fix("incidents_incident", columns=("rpo", "rto", "mtd"), unless="system_id"),
    ]
