from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lib.append_only import keep, protect

_STATED = ("id", "incident_id", "stated_at", "stated_by_id", "stated_by_name", "reason")
_LOSS = ("what", "amount", "unit", "state", "counted", "window_start", "window_end")


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0004_list_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="reconciliation",
            field=models.CharField(
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
        migrations.AddField(
            model_name="incident",
            name="reconciliation_note",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="incident",
            name="saved_by",
            field=models.CharField(
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
        migrations.AddField(
            model_name="incident",
            name="saved_by_note",
            field=models.CharField(blank=True, max_length=300),
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
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="incidents.incident",
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
            ],
            options={
                "ordering": ["incident", "due", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            models.Q(("done_when", ""), _negated=True),
                        ),
                        name="action_says_when_it_is_done",
                    ),
                    models.CheckConstraint(
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
                ],
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
                "constraints": [
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__isnull", False),
                                models.Q(("state", "unknown"), _negated=True),
                            ),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="loss_unknown_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("window_start__isnull", True),
                            ("window_end__isnull", True),
                            ("window_start__lte", models.F("window_end")),
                            _connector="OR",
                        ),
                        name="loss_window_runs_forward",
                    ),
                ],
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
                ("told_at", models.DateTimeField(blank=True, null=True)),
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
                "constraints": [
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("whom", ""), _negated=True), ("told_at__isnull", False)
                            ),
                            models.Q(
                                ("told_at__isnull", True),
                                ("whom", ""),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notification_told_or_nobody",
                    ),
                ],
            },
        ),
        # Who struck a statement out is written once, beside it; nothing else of it ever changes.
        protect("incidents_lossmeasure", columns=(*_STATED, *_LOSS)),
        protect("incidents_notification", columns=(*_STATED, "whom", "told_at")),
        keep("incidents_actionitem"),
    ]
