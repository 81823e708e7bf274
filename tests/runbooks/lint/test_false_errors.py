"""Good text that was kept from approval: what looks like a loss and is none, and what is there
under another name. Each with the text beside it that must still be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.enums import Level
from tests.runbooks.lint.linting import findings, flagged


def block(*lines: str, label: str = "sh") -> str:
    return "\n".join(["", f"  ```{label}", *(f"  {line}" for line in lines), "  ```", ""])


def restore(*steps: str) -> str:
    return "# Restore the orders\n\n" + "\n".join(f"- [ ] {step}" for step in steps)


def errors(source: str, *codes: str) -> list[str]:
    flags = (f for f in findings(source) if f.level is Level.ERROR)
    return [f.code for f in flags if not codes or f.code in codes]


@pytest.mark.parametrize("label", ["", "sh"])
@pytest.mark.parametrize(
    "line",
    [
        "max(pg_replication_lag{namespace='x'}) > 10",
        "> 0.8",
        "(a / b) > 1e9",
        "count(up == 0) >= 2",
        "rate(x[5m]) > bool 10",
        "sum(x) by (pod) > 10GB",
        "(cd /srv && ls) > /srv/listing.txt",
    ],
)
def test_a_comparison_or_the_output_of_a_group_empties_no_file(line, label):
    assert not flagged("L22", f"# Lag\n\n- [ ] Look{block(line, label=label)}")


@pytest.mark.parametrize("line", ["> /srv/app.log", ": > /srv/app.log", "true > /srv/app.log"])
def test_a_redirection_alone_empties_the_file(line):
    assert flagged("L22", f"# Log\n\n- [ ] Look{block(line)}")


@pytest.mark.parametrize(
    "command",
    [
        "mysql -u root -p<password> -h <host> orders",
        "mysql -u root -p<my.pass.word> -h <host> orders",
        "mysql -u root -p<password (from the vault)> -h <host> orders",
        "mysql -u root -p<blue|green> -h <host> orders",
        "mysql -u root -P3306 -h <host> orders",
        "mysql -u root -p -h <host> orders",
        "mysqldump -h <host> orders | ssh -p2222 store.example 'cat'",
        "docker run --name mysql -p3306:3306 mysql:8",
    ],
)
def test_a_placeholder_or_a_port_is_neither_a_secret_nor_a_redirection(command):
    assert not errors(f"# Look\n\n- [ ] Look{block(command)}", "L22", "L24")


@pytest.mark.parametrize(
    "command", ["mysql -u root -pq7fhk3 -h db orders", "mariadb-dump -pq7fhk3 -h db orders"]
)
def test_a_password_behind_the_option_is_found(command):
    assert errors(f"# Look\n\n- [ ] Look{block(command)}", "L24")


@pytest.mark.parametrize(
    "command",
    [
        "aws rds restore-db-instance-from-db-snapshot --db-instance-identifier orders-2",
        "aws rds restore-db-cluster-to-point-in-time --db-cluster-identifier orders-2",
        "aws dynamodb restore-table-from-backup --target-table-name orders-2",
        "gcloud sql instances clone orders orders-2",
        "az sql db restore --name orders --dest-name orders-2 --time <moment>",
        "az postgres flexible-server restore --name orders-2 --source-server orders",
        "createdb -h <host> orders_2 && pg_restore -h <host> -d orders_2 <dump.place>",
        "createdb -h <host> orders_2 && psql -h <host> -d orders_2 < <dump.place>",
        "mkdir /srv/beside && restic restore <snapshot> --target /srv/beside",
    ],
)
def test_a_restore_into_something_new_overwrites_nothing(command):
    source = restore(f"Bring the data back{block(command)}", "Compare the newest row")
    over = ("L01", "L03", "L04", "L05", "L07", "L08", "L10", "L11", "L22", "L27", "L30")
    assert errors(source, *over) == []


@pytest.mark.parametrize(
    "command",
    [
        "psql -h <host> -d orders < <dump.place>",
        "dropdb -h db orders; createdb -h db orders; psql -h db -d orders < <dump.place>",
        "restic restore <snapshot> --target /srv/live --delete",
    ],
)
def test_a_restore_over_what_is_there_is_one(command):
    source = restore(f"Bring the data back{block(command)}", "Compare the newest row")
    over = {"L01", "L03", "L04", "L05", "L08", "L10", "L22", "L27", "L30"}
    assert over <= set(errors(source))


NEW_DISK = "Create a disk" + block("gcloud compute disks create orders-2 --size 200GB")
FORMAT = "Make a file system" + block("mkfs.ext4 /dev/sdb", "mount /dev/sdb /mnt/beside")
FILL = "Fetch the data" + block("restic restore <snapshot> --target /mnt/beside")


def test_a_new_disk_is_prepared_and_that_is_not_the_act():
    source = restore(NEW_DISK, FORMAT, FILL, "Compare the newest row")
    assert errors(source, "L01", "L04", "L05", "L08", "L10", "L22", "L27", "L30") == []
    assert "this run made" in flagged("L22", source)[0].sentence


def test_a_disk_of_which_nothing_is_said_may_hold_everything():
    source = restore(FORMAT, FILL, "Compare the newest row")
    assert {"L01", "L04", "L08", "L10", "L22", "L27", "L30"} <= set(errors(source))


def test_where_a_guard_marks_the_act_preparing_a_disk_is_none():
    front = (
        "---\ntitle: Restore the orders\nparameters:\n  dump: {type: copy, label: Backup}\n"
        "  target: {type: instance, label: Server}\n---\n\n"
    )
    act = "Exchange them" + block("overwrite: {target: target, from: dump}", label="guard")
    source = front + "\n".join(f"- [ ] {step}" for step in (FORMAT, act))
    line = source[: source.index("overwrite")].count("\n") + 1
    assert [f.line for f in flagged("L01", source)] == [line]
    assert flagged("L22", source)[0].level is Level.ERROR


TEAM_CHECK = "Hold the team check" + block("team_check: {fresh_for: 10m}", label="guard")
DROP = "Remove the wrong database" + block("dropdb -h <host> wrong")


@pytest.mark.parametrize(
    ("steps", "level"),
    [
        ((TEAM_CHECK, DROP), None),
        (("Hold the team check: everybody says the name", DROP), Level.WARNING),
        (("Read the name", DROP), Level.ERROR),
        ((TEAM_CHECK, "Do a", "Do b", "Do c", "Do d", DROP), Level.ERROR),
    ],
)
def test_the_team_check_that_is_there_is_seen(steps, level):
    findings = flagged("L30", restore(*steps))
    assert [f.level for f in findings] == ([level] if level else [])


def test_a_team_check_at_the_end_of_the_section_before_is_directly_before():
    source = f"# Restore the orders\n\n## One\n\n- [ ] {TEAM_CHECK}\n\n## Two\n\n- [ ] {DROP}"
    assert not flagged("L30", source)


def test_a_deletion_has_no_direction():
    fill = "Import it" + block("psql -h <host> -d orders < <dump.place>")
    assert "Import it" in flagged("L03", restore(DROP, fill))[0].sentence
    assert not any("Remove" in f.sentence for f in flagged("L03", restore(DROP)))


CLEAN_UP = "Remove the old database" + block("dropdb -h <host> orders_old")
IMPORT = "Import it" + block("psql -h <host> -d orders < <dump.place>")


def test_nobody_stops_writers_for_a_clean_up_or_checks_space_for_it():
    beside = "Restore" + block("createdb -h <host> o2", "pg_restore -h <host> -d o2 <dump.place>")
    source = restore(beside, "Compare the newest row", CLEAN_UP)
    assert errors(source, "L10", "L45", "L32") == []
    assert {"L01", "L04", "L08", "L22", "L36"} <= set(errors(source))


def test_what_makes_room_for_the_restore_is_no_clean_up():
    room = "Remove the database" + block("dropdb -h <host> orders")
    fill = "Import it" + block("createdb -h <host> orders", "psql -h <host> -d orders < <dump>")
    assert "Remove the database" in flagged("L10", restore(room, fill))[0].sentence
    assert "Remove the database" in flagged("L01", restore(room, fill))[0].sentence


def test_one_deletion_of_the_old_data_is_told_once():
    source = restore("Restore it") + "\n\n## Delete the old table\n\n- [ ] Delete the old table"
    assert len(flagged("L36", source)) == 1


def test_a_restore_into_a_new_cluster_has_no_act_to_stop_before():
    statement = "A recovery creates a new cluster; the old one is not touched."
    front = "---\ntitle: Recover the cluster\noperation: restore\n---\n\n"
    steps = "\n\n- [ ] Write the values\n- [ ] Install the cluster\n"
    assert errors(front + statement + steps) == []
    assert {"L03", "L30"} <= set(errors(front + steps))


@pytest.mark.parametrize(
    ("command", "over"),
    [
        ("velero restore create --from-backup <dump>", False),
        ("velero restore create --existing-resource-policy=none --from-backup <dump>", False),
        ("velero restore create --existing-resource-policy=update --from-backup <dump>", True),
    ],
)
def test_velero_writes_over_what_is_there_only_when_it_is_told_to(command, over):
    assert bool(flagged("L01", restore(f"Restore the resources{block(command)}"))) is over


@pytest.mark.parametrize(
    ("before", "level"),
    [
        ("Read the name", Level.ERROR),
        ("Agree with a colleague on the name", Level.WARNING),
        (TEAM_CHECK, Level.WARNING),
    ],
)
def test_a_second_person_who_is_only_spoken_of_is_a_warning(before, level):
    assert [f.level for f in flagged("L27", restore(before, IMPORT))] == [level]


@pytest.mark.parametrize(
    ("rule", "level"), [("", Level.ERROR), ("abort_rule: Stop when it is old", Level.WARNING)]
)
def test_an_abort_rule_says_what_to_do_but_not_why(rule, level):
    front = f"---\ntitle: Restore the orders\n{rule}\n---\n\n"
    guard = block("record: {rows: {type: number, equals: 5}}", label="guard")
    assert [f.level for f in flagged("L31", f"{front}- [ ] Count{guard}")] == [level]


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("{type: choice, options: ['true', 'false'], equals: 'true'}", False),
        ("{type: choice, options: ['yes', 'no'], equals: 'yes'}", True),
        ("{type: text, equals: 'true'}", True),
    ],
)
def test_what_is_read_off_a_screen_is_no_typed_consent(value, wrong):
    guard = block(f"record: {{expansion: {value}}}", label="guard")
    assert bool(flagged("L21", f"# Look\n\n- [ ] Look{guard}")) is wrong


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("mysql -h <host> -e 'select @@server_uuid, @@hostname'", False),
        ("psql -h <host> -c 'select system_identifier from pg_control_system()'", False),
        ("psql -h <host> -c 'select count(*) from orders'", True),
        ("mysql -h <host> -e 'truncate orders'", True),
        ("psql -h <host>", True),
    ],
)
def test_a_question_to_the_server_needs_no_database(command, wrong):
    assert ("L26" in errors(restore(f"Look{block(command)}"))) is wrong


@pytest.mark.parametrize("fetched", ["aws s3 cp s3://kept/<dump> .", "scp <host>:/kept/<dump> ."])
def test_a_backup_that_was_fetched_is_a_duplicate(fetched):
    assert flagged("L07", restore(IMPORT))
    assert not flagged("L07", restore(f"Get it{block(fetched)}", IMPORT))


def test_a_file_that_this_run_writes_is_not_one_file_for_every_run():
    unpack = "Unpack" + block("gpg --output b.sql.gz --decrypt <dump>", "gzip -d b.sql.gz")
    load = "Import it" + block("psql -h <host> -d orders -f b.sql")
    assert flagged("L24", restore(load))
    assert not flagged("L24", restore(unpack, load))


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("rm -rf .terraform .terraform.lock.hcl", False),
        ("rm -rf ./node_modules app/__pycache__", False),
        ("rm -rf .terraform terraform.tfstate.d", True),
        ("aws dynamodb delete-item --table-name locks --key k", False),
        ("aws dynamodb delete-table --table-name locks", True),
        ("aws organizations close-account --account-id 1", True),
    ],
)
def test_what_is_made_again_or_is_one_row_is_no_loss(command, wrong):
    assert bool(flagged("L22", f"# Tidy\n\n- [ ] Tidy up{block(command)}")) is wrong


def test_looking_for_the_latest_backup_is_not_choosing_it():
    front = "---\ntitle: Restore\nparameters:\n  dump: {type: copy, label: Backup}\n---\n\n"
    assert not flagged("L25", f"{front}- [ ] Find the most recent backup\n")
    assert flagged("L25", f"{front}- [ ] Restore the most recent backup\n")


def test_a_service_that_restores_by_itself_lacks_no_first_line():
    command = block("aws rds restore-db-instance-from-db-snapshot --db-instance-identifier o2")
    assert "lacks `duration`." in flagged("L19", restore(f"Restore it{command}"))[0].sentence


def test_a_value_that_is_recorded_is_a_check():
    guard = block("record: {free_space: {type: bytes, min: 80 GB}}", label="guard")
    (missing,) = flagged("L45", restore(f"Look{guard}", IMPORT))
    assert "space" not in missing.sentence


@pytest.mark.parametrize(
    "command",
    [
        "mysql -h <host> -e 'drop table orders'",
        "mysql -h db -e 'drop table orders' > answer.txt",
        "mysql -h <host> orders < <dump> > answer.txt",
    ],
)
def test_the_call_of_a_client_is_not_taken_for_its_prompt(command):
    assert flagged("L22", f"# Look\n\n- [ ] Look{block(command)}")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Command: cd x; terraform apply -auto-approve failed.\n\nError: no lock", False),
        ("Error: the disk is full\nrm -rf /srv/data", True),
        ("terraform apply -auto-approve", True),
    ],
)
def test_a_line_of_a_log_is_no_command(text, wrong):
    assert bool(flagged("L56", f"# Lock\n\nYou see:\n\n```\n{text}\n```\n\n- [ ] Look\n")) is wrong


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("kubectl -n web delete pod web-0", False),
        ("kubectl delete lease a b c -n web", False),
        ("kubectl delete pod/web-0 job/load", False),
        ("kubectl delete pod/web-0 pvc/web-0", True),
        ("kubectl delete pod,pvc -l app=web", True),
        ("oc -n web delete pvc data", True),
        ("kubectl delete -f web.yml", True),
    ],
)
def test_every_kind_that_is_deleted_is_looked_at(command, wrong):
    assert bool(flagged("L22", f"# Web\n\n- [ ] Do it{block(command)}")) is wrong


def test_etcd_restores_into_a_folder_that_must_be_new():
    command = "etcdutl snapshot restore snap.db --data-dir /srv/etcd-new"
    assert errors(restore(f"Restore it{block(command)}"), "L01", "L04", "L05", "L10", "L22") == []


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("Disable the two workflows that make and update accounts", False),
        ("Read the list of jobs that failed last night and restart them", True),
        ("Stop the job and delete its lock", True),
    ],
)
def test_two_verbs_of_a_relative_clause_are_no_two_actions(title, wrong):
    assert bool(flagged("L15", restore(title, IMPORT))) is wrong


def test_a_deletion_says_once_that_there_is_no_way_back():
    front = (
        "---\ntitle: Delete it\noperation: delete\nparameters:\n  it: {type: instance, label: It}\n"
    )
    act = "- [ ] Wipe it" + block("destroy: {target: it}", label="guard")
    assert flagged("L08", f"{front}---\n\n{act}")
    assert not flagged("L08", f"{front}---\n\nThis cannot be undone.\n\n{act}")
    assert not flagged("L08", f"{front}worst_case: It can never be undone.\n---\n\n{act}")


def test_what_is_not_marked_behind_a_marked_act_is_told_by_one_rule():
    front = (
        "---\ntitle: Delete it\noperation: delete\nparameters:\n  it: {type: instance, label: It}\n"
    )
    act = "- [ ] Wipe it" + block("destroy: {target: it}", label="guard")
    flags = findings(f"{front}---\n\n{act}\n- [ ] Drop it{block('dropdb -h <it.host> x')}")
    assert {f.code for f in flags if "Drop it" in f.sentence or "dropdb" in f.sentence} == {"L22"}


def test_a_page_for_looking_up_is_no_restore_until_it_shows_a_command():
    front = "---\ntitle: Restore, an overview\nuse: reference\n---\n\n"
    assert errors(f"{front}- [ ] Choose a tool\n") == []
    assert "L12" in errors(f"{front}- [ ] {IMPORT}")


@pytest.mark.parametrize(
    ("makes", "removes", "level"),
    [
        (
            "gcloud compute instances create tmp-vm --zone a",
            "gcloud compute instances delete tmp-vm",
            Level.WARNING,
        ),
        ("helm upgrade --install tmp ./chart", "helm uninstall tmp", Level.WARNING),
        ("kubectl create namespace tmp", "kubectl delete namespace tmp", Level.WARNING),
        ("kubectl create namespace tmp", "kubectl delete namespace web", Level.ERROR),
        ("ls", "gcloud compute instances delete tmp-vm", Level.ERROR),
    ],
)
def test_what_a_step_before_made_may_be_taken_away(makes, removes, level):
    source = f"# Try it\n\n- [ ] Make{block(makes)}\n- [ ] Take away{block(removes)}"
    assert [f.level for f in flagged("L22", source)] == [level]
    turned = f"# Try it\n\n- [ ] Both{block(removes, makes)}"
    assert [f.level for f in flagged("L22", turned)] == [Level.ERROR]


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("mv /var/lib/postgresql/16/main /var/lib/postgresql/16/main.old", False),
        ("cp -a /var/lib/mysql /var/lib/mysql.<run>", False),
        ("tar -xzf kept.tgz -C /var/lib/mysql-restored", False),
        ("xtrabackup --copy-back --target-dir=/kept --datadir=/var/lib/mysql-new", False),
        ("mv /srv/main /var/lib/postgresql/16/main", True),
        ("tar -xzf kept.tgz -C /var/lib/mysql", True),
        ("xtrabackup --copy-back --target-dir=/kept", True),
        ("xtrabackup --copy-back --target-dir=/kept --datadir=/var/lib/mysql", True),
        ("lvremove --test vg/x", False),
        ("lvremove vg/x", True),
        ("zfs destroy -n pool/x", False),
        ("velero backup delete --help", False),
        ("rm -rf build/ ./tmp/cache", False),
        ('rm -rf "$(mktemp -d)"', False),
        ("rm -rf build/../data", True),
        ("find /tmp -type f -mtime +7 -delete", False),
        ("find / -type f -mtime +7 -delete", True),
    ],
)
def test_what_is_set_aside_or_only_tried_is_no_loss(command, wrong):
    assert bool(flagged("L22", f"# Tidy\n\n- [ ] Tidy up{block(command)}")) is wrong


def test_a_lease_is_the_guard_and_not_its_absence():
    for option, wrong in (("--force-with-lease", False), ("--force", True)):
        source = f"# Push\n\n- [ ] Push{block(f'git push {option} origin fix')}"
        assert bool(flagged("L51", source)) is wrong


def test_beside_what_is_there_a_number_that_must_hold_is_a_comparison():
    early = "Look" + block("record: {files: {type: number, min: 1}}", label="guard")
    command = block("aws rds restore-db-instance-from-db-snapshot --db-instance-identifier o2")
    held = "Read it" + block("record: {newest: {type: datetime, max_age: 1h}}", label="guard")
    loose = "Read it" + block("record: {newest: {type: datetime}}", label="guard")
    assert not flagged("L32", restore(early, f"Restore it{command}", held))
    assert flagged("L32", restore(early, f"Restore it{command}", loose))
    assert flagged("L32", restore(early, IMPORT, held))


def test_beside_what_is_there_nothing_was_switched_off():
    command = block("aws rds restore-db-instance-from-db-snapshot --db-instance-identifier o2")
    assert [f.level for f in flagged("L34", restore(f"Restore it{command}"))] == [Level.WARNING]
    assert [f.level for f in flagged("L34", restore(IMPORT))] == [Level.ERROR]


@pytest.mark.parametrize("name", ["restore-snapshot-beside", "restore-table-beside"])
def test_a_restore_beside_that_does_what_it_should_can_be_approved(name):
    source = (Path(__file__).parent / "good" / f"{name}.md").read_text("utf-8")
    assert errors(source) == []
    over = source.replace("RDS restores into a new instance; the live one is not touched.", "")
    over = over.replace("into a new instance\n", "over the live instance\n")
    over = over.replace(
        "aws rds restore-db-instance-from-db-snapshot", "pg_restore --clean -d orders"
    )
    over = over.replace("-e 'create database shop_restored'", "-e 'select @@hostname'")
    assert {"L01", "L04", "L05", "L10", "L22", "L30"} <= set(errors(over))
