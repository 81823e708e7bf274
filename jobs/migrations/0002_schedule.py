from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lib.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.CharField(max_length=20, unique=True)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60, unique=True)),
                ("rule", models.CharField(max_length=40)),
                ("adjusted", models.BooleanField(default=False)),
                ("enabled", models.BooleanField(default=True)),
                ("last_due", models.DateTimeField(blank=True, null=True)),
                ("next_due", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["kind"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=120)),
                ("verb", models.CharField(max_length=40)),
                ("fields", models.JSONField()),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.RemoveIndex(
            model_name="job",
            name="job_unended_by_due",
        ),
        migrations.RemoveIndex(
            model_name="job",
            name="job_by_end",
        ),
        migrations.AddField(
            model_name="job",
            name="handed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["status", "due_at"], name="job_by_status_and_due"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["status", "-id"], name="job_by_status_newest"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["status", "ended_at"], name="job_by_status_and_end"),
        ),
        migrations.AddField(
            model_name="schedulechange",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="schedulechange",
            name="schedule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="jobs.schedule",
            ),
        ),
        protect("jobs_schedulechange"),
    ]
