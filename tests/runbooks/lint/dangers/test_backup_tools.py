"""The tools that people back up with: ways to lose data are found, and looking is silent."""

from __future__ import annotations

import pytest

from runbooks.lint.commands.script import script
from runbooks.lint.dangers.destroyers import dangers

_DESTROYS = r"""
kopia restore k1234 / ~ kopia restore k1234 /var/lib/mysql ~ kopia blob delete p1
kopia snapshot expire --all --delete ~ velero uninstall --force ~ etcdctl del "" --from-key=true
ceph osd pool delete a a --yes-i-really-really-mean-it ~ ceph osd pool rm a a ~ ceph fs rm a
ceph-volume lvm zap /dev/sdb --destroy ~ rados rmpool a a ~ zpool create -f tank /dev/sdb
lvconvert --mergesnapshot vg/a_snap ~ lvresize -L -5G vg/a ~ pvcreate -ff /dev/sdb
qemu-img convert -O raw a.qcow2 /dev/vg0/a ~ vmkfstools -U a.vmdk ~ pvesm free local:1/a.qcow2
xe vm-destroy uuid=1 ~ rclone copy a:b /var/lib/mysql ~ find /srv -mtime +7 | xargs rm
find /srv -print0 | xargs -0 -r rm -f -- ~ cd /var/lib/mysql && rm ibdata1
pg_restore -cd a b ~ mongoimport --drop -d a -c b x.json ~ db2 restore db a from /srv
db2 "drop database a" ~ expdp x dumpfile=a reuse_dumpfiles=y ~ pbm restore 2024-01-01T00:00:00Z
pbm delete-backup a ~ pg_autoctl drop node --destroy ~ couchbase-cli bucket-flush -c a --bucket b
arangorestore --overwrite true ~ br restore full -s local:///srv ~ medusa purge
proxmox-backup-client restore a root.pxar / ~ proxmox-backup-client prune a --keep-last 1
duplicity restore file:///srv / --force ~ rdiff-backup --remove-older-than 30D /srv/b
dsmc restore "/srv/*" -replace=all ~ dsmc delete backup "/srv/*" ~ timeshift --restore
duplicacy prune -keep 0:7 ~ duplicacy restore -r 5 -overwrite ~ bup rm a ~ attic delete a::b
vault kv metadata delete a/b ~ nomad operator snapshot restore a ~ rabbitmqadmin purge queue name=a
s3cmd sync --delete-removed a s3://b ~ b2 sync --delete a b2://c ~ bq rm -r -f a:b
oci os object bulk-delete -bn a ~ terraform apply -destroy ~ fly volumes destroy a
supabase db reset --linked ~ heroku apps:destroy a ~ psql -c 'delete from a where true'
psql -c "delete from a where 1 = 1" ~ sqlplus / as sysdba <<< "drop user a cascade;"
psql -c 'alter table a truncate partition b' ~ cypher-shell "MATCH (n) DETACH DELETE n"
ansible db -m file -a "path=/srv/a state=absent" ~ ansible db -b -m shell -a 'rm -rf /srv'
zcat a.sql.gz |\n  mysql b ~ zcat a.gz | # a remark\n mysql b ~ sudo -i <<E\ndropdb a\nE
ssh db 'sudo -u postgres psql' <<'E'\ndrop table a;\nE ~ sudo --user postgres rm -rf /srv
busybox rm -rf /srv ~ strace rm -rf /srv ~ coproc rm -rf /srv ~ wsl rm -rf /srv
screen -dmS a dropdb b ~ tmux new-session -d 'dropdb b' ~ echo 'rm -rf /srv' | at now
lxc exec db -- rm -rf /srv ~ pct exec 100 -- rm -rf /srv ~ crictl exec db rm -rf /srv
gcloud compute ssh db -- rm -rf /srv ~ kubectl debug node/a -it --image=b -- rm -rf /host/c
fly ssh console -C "dropdb a"
"""
_LEFT_ALONE = r"""
pgbackrest info ~ pgbackrest --stanza=a check ~ barman list-backups a ~ barman check a
restic snapshots ~ restic check --read-data ~ restic restore a --target /srv/restored
borg list a ~ borg check --verify-data a ~ borg extract --dry-run a::b ~ kopia snapshot list
kopia snapshot verify ~ kopia restore k1234 /srv/restored ~ kopia snapshot expire --all
velero backup get ~ velero restore create --from-backup a --namespace-mappings b:c
mongodump --archive=/srv/a_<run>.gz ~ mongoimport -d a -c b x.json ~ xtrabackup --prepare
etcdctl snapshot save /srv/a ~ etcdctl get --prefix / ~ ceph -s ~ ceph osd pool ls ~ ceph osd tree
ceph osd set noout ~ rbd snap ls a ~ rbd export a/b c ~ zpool status ~ zpool create tank /dev/sdb
lvresize -L +5G vg/a ~ lvcreate -s -n a -L 5G vg/b ~ pvcreate /dev/sdb ~ pvs
qemu-img convert -O raw a.qcow2 b.raw ~ qemu-img info a ~ rclone copy a:b /srv/new
rclone check a b
pg_restore -Fc -d a b ~ pg_restore -l a ~ db2 list history backup all for a ~ expdp a dumpfile=b
pbm list ~ pbm status ~ proxmox-backup-client snapshot list ~ duplicity verify file:///srv /a
rdiff-backup --list-increments /srv ~ dsmc query backup a ~ timeshift --list ~ bup ls
nomad operator snapshot save a ~ vault kv get a ~ rabbitmqadmin list queues ~ s3cmd ls s3://a
bq ls ~ oci os object list -bn a ~ terraform apply ~ fly volumes list
psql -c "explain delete from a" ~ psql -c 'delete from a where id = 1'
dd if=/dev/sdb of=/srv/a_<run>.img ~ ls | xargs grep rm ~ echo a |\n  grep b
make clean ~ clean --help ~ ls | xargs rmdir ~ qemu-img convert a.qcow2 /dev/null
ansible db -m service -a "name=a state=stopped"
ssh db <<'E'\nselect=1\nE
"""


def _of(table: str) -> list[str]:
    return [
        command.strip().replace("\\n", "\n")
        for command in table.replace("\n", "~").split("~")
        if command.strip()
    ]


@pytest.mark.parametrize("command", _of(_DESTROYS))
def test_a_way_to_lose_data_is_found(command):
    assert list(dangers(script("sh", command)))


@pytest.mark.parametrize("command", _of(_LEFT_ALONE))
def test_what_only_looks_or_goes_beside_is_silent(command):
    assert not list(dangers(script("sh", command)))


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("powershell", "Get-ChildItem D:\\backup | Where-Object Name -like a | Remove-Item -Force"),
        ("powershell", "Start-WBVMRecovery -BackupSet $b"),
        ("powershell", 'Invoke-Sqlcmd "drop database a"'),
        ("cmd", 'osql -Q "drop database a"'),
        ("cmd", "wmic shadowcopy delete"),
        ("diskpart", "select disk 1\nclean"),
        ("diskpart", "select disk 1\nclean all"),
        ("cypher", "MATCH (n) DETACH DELETE n"),
        ("sql", "create or replace table a as select 1"),
        ("sql", "flashback table a to scn 1"),
        ("js", "await prisma.user.deleteMany()"),
        ("js", "await sequelize.sync({ force: true })"),
        ("ruby", "Redis.current.flushdb"),
        ("php", "DB::table('a')->truncate();"),
        ("python", "session.query(User).delete()"),
        ("r", 'unlink("/srv", recursive = TRUE)'),
    ],
)
def test_other_languages_are_read_as_well(label, text):
    assert list(dangers(script(label, text)))
