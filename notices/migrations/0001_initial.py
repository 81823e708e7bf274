from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BooleanField(default=True)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice_preference",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=160)),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("url", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("about", models.CharField(blank=True, max_length=60)),
                ("over_at", models.DateTimeField(blank=True, null=True)),
                ("over", models.CharField(blank=True, max_length=200)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["person", "-id"], name="notice_by_person"),
                    models.Index(
                        condition=models.Q(("over_at__isnull", True), ("read_at__isnull", True)),
                        fields=["person"],
                        name="notice_unread",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("over_at__isnull", True), models.Q(("about", ""), _negated=True)
                        ),
                        fields=["about"],
                        name="notice_asks",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "key"), name="notice_told_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("over", ""), ("over_at__isnull", True)),
                            models.Q(
                                ("over_at__isnull", False), models.Q(("over", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="notice_over_says_how",
                    ),
                ],
            },
        ),
    ]
