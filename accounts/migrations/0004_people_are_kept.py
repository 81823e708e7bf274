from __future__ import annotations

from django.db import migrations

from lib.append_only import keep, protect


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_person_change")]

    operations = [keep("accounts_user"), protect("accounts_personchange")]
