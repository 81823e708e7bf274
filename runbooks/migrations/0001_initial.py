from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lib.append_only import protect

#: An approval, and what is waived, may still be written to a revision; its text never changes.
_TEXT = (
    "runbook_id",
    "number",
    "source",
    "sha256",
    "procedure",
    "acts",
    "title",
    "steps",
    "substeps",
    "contingency_steps",
    "author_id",
    "created_at",
    "summary",
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inventory", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("live", "live"), ("drill", "drill")], max_length=10),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("briefing", "briefing"),
                            ("running", "running"),
                            ("on_hold", "on hold"),
                            ("completed", "completed"),
                            ("aborted", "aborted"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("prepared_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("held_for_mismatch", models.BooleanField(default=False)),
                ("turned_back", models.BooleanField(default=False)),
                (
                    "deviation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wrong-target", "wrong-target"),
                            ("wrong-direction", "wrong-direction"),
                            ("wrong-copy", "wrong-copy"),
                            ("other", "other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("overridden", models.PositiveIntegerField(default=0)),
                ("entered", models.JSONField(default=list)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("turned", models.PositiveIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=64)),
                (
                    "hand_over_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hand_over_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-prepared_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="LogCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("took", models.DurationField()),
                ("runs", models.PositiveBigIntegerField()),
                ("events", models.PositiveBigIntegerField()),
                ("heads", models.PositiveBigIntegerField(default=0)),
                ("faults", models.JSONField(default=list)),
                ("fault_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("source", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("procedure", models.JSONField()),
                ("title", models.CharField(max_length=200)),
                ("steps", models.PositiveIntegerField()),
                ("substeps", models.PositiveIntegerField()),
                ("contingency_steps", models.PositiveIntegerField()),
                ("acts", models.CharField(blank=True, db_index=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("summary", models.CharField(blank=True, max_length=200)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("approval_reason", models.TextField(blank=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["runbook", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Anchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("file", models.CharField(max_length=400)),
                ("number", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("heads", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["file", "number"], name="anchor_by_file")],
            },
        ),
        migrations.CreateModel(
            name="AnchoredHead",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="anchored",
                        serialize=False,
                        to="runbooks.run",
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("connection", models.CharField(max_length=40, unique=True)),
                ("seen_at", models.DateTimeField(db_index=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="presence",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "presence",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="run",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="runbooks.revision",
            ),
        ),
        migrations.CreateModel(
            name="Runbook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("title", models.CharField(max_length=200, unique=True)),
                ("title_key", models.CharField(max_length=800, unique=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "system",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runbooks",
                        to="inventory.system",
                    ),
                ),
            ],
            options={
                "ordering": ["title"],
            },
        ),
        migrations.AddField(
            model_name="revision",
            name="runbook",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="revisions",
                to="runbooks.runbook",
            ),
        ),
        migrations.CreateModel(
            name="RunParameter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("value", models.CharField(max_length=400)),
                ("facts", models.JSONField(default=dict)),
                (
                    "copy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="run_uses",
                        to="inventory.copy",
                    ),
                ),
                (
                    "instance",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.instance",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parameters",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RunPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("initials", models.CharField(max_length=4)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("operator", "operator"),
                            ("verifier", "verifier"),
                            ("decider", "decider"),
                            ("observer", "observer"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="run_roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "run people",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RunStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.PositiveIntegerField()),
                ("attempt", models.PositiveIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("locked", "locked"),
                            ("open", "open"),
                            ("started", "started"),
                            ("awaiting countersign", "awaiting countersign"),
                            ("done", "done"),
                            ("not applicable", "not applicable"),
                            ("mismatch", "mismatch"),
                            ("diagnosed", "diagnosed"),
                            ("struck", "struck"),
                        ],
                        max_length=24,
                    ),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("countersigned_at", models.DateTimeField(blank=True, null=True)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                ("values", models.JSONField(default=dict)),
                ("verified_values", models.JSONField(default=dict)),
                ("answer", models.CharField(blank=True, max_length=200)),
                ("reason", models.TextField(blank=True)),
                ("touched", models.PositiveIntegerField(default=0)),
                (
                    "countersigned_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="runbooks.run",
                    ),
                ),
                (
                    "started_by",
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
                "ordering": ["run", "step", "attempt"],
            },
        ),
        migrations.CreateModel(
            name="SentKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("secret", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sent_keys",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to="runbooks.revision",
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiver",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "ordering": ["revision", "-at"],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("at", models.BigIntegerField()),
                ("key", models.CharField(blank=True, max_length=64, null=True)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "ordering": ["run", "sequence"],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("kind__in", ("move.refused", "step.mismatched", "gate.overridden"))
                        ),
                        fields=["-at", "-id"],
                        name="event_missed",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "sequence"), name="event_sequence_unique"
                    ),
                    models.UniqueConstraint(fields=("run", "key"), name="event_key_unique"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.PositiveIntegerField(blank=True, null=True)),
                ("file", models.FileField(max_length=200, upload_to="")),
                ("name", models.CharField(max_length=200)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "evidence",
                "ordering": ["run", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "sha256", "name"), name="evidence_once_per_run"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("overridden_at", models.DateTimeField()),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("finding", models.TextField(blank=True)),
                (
                    "overridden_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="runbooks.run",
                    ),
                ),
            ],
            options={
                "ordering": [
                    models.OrderBy(models.F("reviewed_at"), descending=True, nulls_first=True),
                    "-pk",
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("reviewed_at__isnull", True)),
                        fields=["-id"],
                        name="review_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "sequence"), name="review_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finding", ""),
                                ("reviewed_at__isnull", True),
                                ("reviewed_by__isnull", True),
                            ),
                            models.Q(
                                ("reviewed_at__isnull", False),
                                ("reviewed_by__isnull", False),
                                models.Q(("finding", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="review_reviewed_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by__isnull", True),
                            models.Q(("reviewed_by", models.F("overridden_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="review_by_somebody_else",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["status", "-prepared_at"], name="run_by_status"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_at__isnull", True), ("held_by__isnull", True)),
                    models.Q(("held_at__isnull", False), ("held_by__isnull", False)),
                    _connector="OR",
                ),
                name="run_held_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_at__isnull", False), ("status", "on_hold")),
                    models.Q(
                        models.Q(("status", "on_hold"), _negated=True), ("held_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="run_on_hold_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hand_over_by__isnull", True), ("hand_over_to__isnull", True)),
                    models.Q(
                        ("hand_over_by__isnull", False),
                        ("hand_over_to__isnull", False),
                        models.Q(("hand_over_by", models.F("hand_over_to")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="run_hand_over_between_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("status__in", ["completed", "aborted"])),
                    models.Q(
                        models.Q(("status__in", ["completed", "aborted"]), _negated=True),
                        ("ended_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="run_ended_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(
                fields=("runbook", "number"), name="revision_number_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="revision_approved_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="revision_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="runparameter",
            constraint=models.UniqueConstraint(fields=("run", "name"), name="run_parameter_unique"),
        ),
        migrations.AddConstraint(
            model_name="runperson",
            constraint=models.UniqueConstraint(
                fields=("run", "person"), name="run_person_has_one_role"
            ),
        ),
        migrations.AddConstraint(
            model_name="runperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role__in", ["operator", "decider"])),
                fields=("run", "role"),
                name="run_one_operator_one_decider",
            ),
        ),
        migrations.AddConstraint(
            model_name="runstep",
            constraint=models.UniqueConstraint(
                fields=("run", "step", "attempt"), name="run_step_attempt_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="runstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("started_at__isnull", True), ("started_by__isnull", True)),
                    models.Q(("started_at__isnull", False), ("started_by__isnull", False)),
                    _connector="OR",
                ),
                name="run_step_started_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="runstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                    models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                    _connector="OR",
                ),
                name="run_step_done_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="runstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("countersigned_at__isnull", True), ("countersigned_by__isnull", True)
                    ),
                    models.Q(
                        ("countersigned_at__isnull", False), ("countersigned_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="run_step_countersigned_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="runstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at__isnull", True), ("released_by__isnull", True)),
                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                    _connector="OR",
                ),
                name="run_step_released_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="runstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("countersigned_by__isnull", True),
                    ("done_by__isnull", True),
                    models.Q(("countersigned_by", models.F("done_by")), _negated=True),
                    _connector="OR",
                ),
                name="run_step_nobody_verifies_their_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="runstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "done"), _negated=True),
                    ("done_at__isnull", False),
                    _connector="OR",
                ),
                name="run_step_done_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="sentkey",
            constraint=models.UniqueConstraint(fields=("run", "key"), name="sent_key_unique"),
        ),
        migrations.AddConstraint(
            model_name="waiver",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="waiver_has_a_reason"
            ),
        ),
        protect("runbooks_event"),
        protect("runbooks_evidence"),
        protect("runbooks_revision", _TEXT),
        protect("runbooks_logcheck"),
        protect("runbooks_anchor"),
        protect("runbooks_waiver"),
        protect("runbooks_review", ("run_id", "sequence", "overridden_at", "overridden_by_id")),
    ]
