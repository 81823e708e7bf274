"""The list under L22: what destroys is found, and what looks like it is left alone."""

from __future__ import annotations

import pytest

from runbooks.lint.commands.script import script
from runbooks.lint.dangers.destroyers import dangers, renames, restores

_DESTROYS = r"""
rm -rf /srv/data ~ rm -r -f "$X" ~ rm -fr a ~ sudo rm --recursive /srv ~ rm /var/lib/mysql/ibdata1
unlink /srv/file ~ shred -u a ~ dd if=a of=/dev/sdb ~ mkfs.ext4 /dev/sdb1 ~ wipefs -a /dev/sdb
find /srv -name '*.log' -delete ~ find /srv -exec rm {} + ~ truncate -s 0 a ~ : > /srv/a
cat /dev/null > /srv/a ~ echo x > /dev/sda ~ mv a /var/lib/postgresql/16/main ~ crontab -r
lvremove vg/a ~ lvconvert --merge vg/snap ~ zfs destroy a ~ zfs rollback a@b ~ zpool destroy a
btrfs subvolume delete a ~ cryptsetup luksFormat /dev/sdb ~ parted /dev/sdb mklabel gpt
dropdb -h a b ~ pg_dropcluster 16 main ~ pg_resetwal -f a ~ pg_restore --clean -d a b
pg_restore -c -d a b ~ pg_restore -vc -d a b ~ psql a < b.sql ~ zcat b.gz | psql a
psql -f dump.sql a ~ mysql a < b.sql ~ mysqladmin drop a ~ mongorestore --drop a
redis-cli -n 1 FLUSHALL ~ redis-cli flushdb ~ etcdctl del --prefix /
xtrabackup --copy-back ~ rails db:drop ~ python3 manage.py flush ~ heroku pg:reset
rsync -a --delete a/ b/ ~ rclone sync a b: ~ tar -xf a.tar -C $PGDATA ~ tar xzf a.tgz -C /
aws s3 rm s3://a ~ aws s3 sync a s3://b --delete ~ aws rds delete-db-instance --x
gsutil rm -r gs://a ~ az vm delete -n a ~ gcloud sql instances delete a ~ terraform destroy
terraform apply -auto-approve ~ kubectl delete pvc a ~ kubectl delete -f a.yml
kubectl -n x delete namespace y ~ helm uninstall a ~ docker volume rm a ~ docker system prune -af
docker compose down -v ~ curl -X DELETE http://a/b ~ restic forget --keep-last 1
restic restore a --delete ~ borg prune ~ pgbackrest restore --delta
pgbackrest --stanza=a stanza-delete ~ barman delete a b ~ velero backup delete a ~ wal-g delete x
git push --force ~ git reset --hard ~ psql -c 'DROP DATABASE a' ~ psql -c 'truncate a'
psql -c 'delete from a' ~ psql -c "update a set b = 1"
sqlcmd -Q 'RESTORE DATABASE a FROM DISK = 1' ~ mongosh --eval 'db.dropDatabase()'
mysql -e 'RESET MASTER' ~ ssh db1 'rm -rf /srv'
pg_basebackup -h a -D /var/lib/postgresql/16/main
pg_rewind --target-pgdata=/srv/x --source-server=y
restic restore latest --target / ~ restic restore latest -t / ~ restic restore latest --target=/
restic restore a --target /var/lib/mysql ~ cd / && borg extract /repo::a ~ cd /; borg extract a::b
(cd / && borg extract a::b) ~ sudo sh -c 'cd / && borg extract a::b' ~ cd /var/lib/mysql && tar xf a
tar -xpf a.tar -C / ~ cd / && unzip a.zip ~ unzip a.zip -d /var/lib/redis
velero restore create --from-backup a --existing-resource-policy=update
echo 'restore database;' | rman target / ~ rman target / cmdfile=restore.rcv
rman target / @restore.rcv
gcloud sql backups restore 1 --restore-instance=a ~ gcloud sql import sql a gs://b/c.gz
impdp a/b directory=c dumpfile=d table_exists_action=replace ~ impdp a TABLE_EXISTS_ACTION=TRUNCATE
echo FLUSHALL | redis-cli ~ printf 'FLUSHDB\n' | redis-cli -h a ~ redis-cli <<< FLUSHALL
psql -d a -c "\copy t from 'x.csv' csv" ~ psql -c "copy t (a, b) from stdin"
psql -c 'alter database a rename to b' ~ psql -f restore.sql a ~ psql --file=restore.sql a
mysql -e 'source dump.sql' ~ mysql -e '\. backup.sql' ~ sqlite3 a.db '.restore b.db'
sqlite3 a.db '.clone b'
sqlite3 a.db < dump.sql ~ influx restore /srv/b ~ mongosh --eval 'db.a.deleteMany({})'
aws rds backtrack-db-cluster --x ~ aws kms schedule-key-deletion --key-id a
aws ec2 create-replace-root-volume-task --instance-id a ~ az webapp restore --overwrite
az backup restore restore-azurefileshare --resolve-conflict Overwrite ~ hcloud server rebuild a
kubectl cp ./a db-0:/var/lib/postgresql/data/ ~ rsync -a b/ /var/lib/mysql/
docker cp a b:/var/lib/mysql
xfs_repair -L /dev/sdb1 ~ fsck -y /dev/sdb1 ~ e2fsck -fy /dev/sdb1 ~ fsck.ext4 -y /dev/sdb1
mdadm --create /dev/md0 /dev/sda ~ zpool import -F a ~ drbdadm invalidate r0
nvme format /dev/nvme0
pg_probackup restore -B /b ~ barman-cloud-backup-delete s3://a b ~ wal-g backup-fetch $PGDATA LATEST
patronictl reinit a b ~ repmgr standby clone --force ~ repmgr node rejoin --force-rewind
clickhouse-backup restore --rm a ~ gitlab-backup restore BACKUP=1
neo4j-admin load --force --from=a
mysqlimport --replace a b.txt ~ redis-cli REPLICAOF db2 6379 ~ redis-cli shutdown nosave
php artisan migrate:fresh ~ wp db import a.sql ~ npx prisma migrate reset ~ flyway clean
hdfs dfs -rm -r /a ~ kubectl apply --prune -f . ~ azcopy remove a ~ wget --method=DELETE http://a/b
curl -X POST http://a/_snapshot/b/c/_restore ~ docker run --rm -v a:/d alpine rm -rf /d/x
python3 -c 'import shutil; shutil.rmtree("/srv/x")' ~ ruby -e 'FileUtils.rm_rf "/srv"'
eval "dropdb a" ~ gcloud compute ssh a --command "dropdb b"
powershell -Command "Remove-Item C:\x -Recurse"
ansible db -a 'rm -rf /srv' ~ chroot /mnt rm -rf /srv ~ qemu-img snapshot -a s d.qcow2
borg recreate a::b ~ barman recover a b /var/lib/pgsql ~ virsh snapshot-revert a b
"""
_HARMLESS = r"""
rm a.txt ~ rm -rf /tmp/work ~ rm -r /var/tmp/<run> ~ ls -r ~ find /srv -name a
dd if=a of=/dev/null ~ dd if=/dev/sda of=/tmp/a ~ echo x > a ~ : > /tmp/a ~ > /dev/null ~ mv a b
tar -tf a.tar ~ tar -xf a.tar -C /srv/new ~ crontab -l ~ lvs ~ zfs list ~ zfs snapshot a@b
zpool status ~ pg_restore --list a ~ pg_restore -Fc -d new a
pg_restore -h a -d new --jobs=4 --create a ~ psql -c 'select 1' ~ echo 'select 1' | psql a
psql -f check.sql a ~ psql a ~ pg_dump a > b.dump ~ mysql -e "update a set b = 1 where c = 2"
psql -c 'delete from a where b' ~ redis-cli info ~ psql -c "select 'drop table a'"
psql -c 'select dropped from a' ~ mongorestore --db new a ~ rsync -a a/ b/ ~ rclone copy a b:
aws s3 cp a s3://b ~ aws s3 sync a s3://b ~ terraform plan ~ terraform apply ~ kubectl get pvc
kubectl delete pod a ~ kubectl delete job/x ~ helm list ~ docker volume ls ~ docker compose down
curl http://a/delete ~ restic snapshots ~ borg list ~ restic restore a --target /srv/new
git push ~ git reset HEAD a ~ git status ~ consul kv get a ~ az vm list
gcloud sql instances describe a ~ heroku pg:info ~ rails db:migrate ~ mkdir -p a
psql -c 'update a set b = 1 from c where a.d = c.d' ~ psql -c 'create table a ()' ~ wipe-cache
pg_basebackup -h a -D /srv/backup/base-<run> ~ pg_rewind --dry-run --target-pgdata=a
pg_rewind -n -D a
restic restore latest --target /srv/new ~ borg extract a::b ~ cd /srv/new && borg extract a::b
cd / && ls
velero restore create --from-backup a ~ velero restore describe a ~ rman target / cmdfile=list.rcv
echo 'restore database validate;' | rman target / ~ echo 'list backup;' | rman target /
gcloud sql backups list ~ gcloud sql backups create ~ impdp a table_exists_action=skip
impdp a dumpfile=b
echo PING | redis-cli ~ redis-cli replicaof no one ~ echo 'flushall is bad' ~ redis-cli info
psql -c "\copy t to 'x.csv'" ~ psql -c "copy (select a from b) to stdout"
psql -c 'alter database a set x = 1'
psql -f check.sql a ~ mysql -e 'source check.sql' ~ sqlite3 a.db '.backup b.db'
sqlite3 a.db .tables
aws rds describe-db-clusters ~ aws rds restore-db-instance-from-db-snapshot --x ~ hcloud server list
kubectl cp db-0:/tmp/a ./a ~ rsync -a /var/lib/mysql/ /srv/copy/ ~ xfs_repair -n /dev/sdb1
fsck -n /dev/sdb1
mdadm --detail /dev/md0 ~ zpool import a ~ nvme list ~ drbdadm status ~ pg_probackup show
patronictl list ~ repmgr cluster show ~ clickhouse-backup list ~ php artisan migrate
wp db export a.sql
hdfs dfs -ls /a ~ kubectl apply -f . ~ curl http://a/_snapshot/b ~ docker run --rm alpine ls /d
python3 -c 'print("drop table a")' ~ python3 manage.py migrate ~ eval "$(ssh-agent)"
qemu-img info a
powershell -Command "Get-Item C:\x" ~ ansible db -a 'uptime' ~ unzip a.zip -d /srv/new
sfdisk -d /dev/sda
"""


def commands(table):
    """The commands of a table, parted by ` ~ ` and line feeds."""
    return [part for line in table.strip().splitlines() for part in line.split(" ~ ")]


@pytest.mark.parametrize("command", commands(_DESTROYS))
def test_it_destroys(command):
    assert len(list(dangers(script("sh", command)))) == 1


@pytest.mark.parametrize("command", commands(_HARMLESS))
def test_it_is_harmless(command):
    assert not list(dangers(script("sh", command)))


@pytest.mark.parametrize(
    "command",
    [
        "pg_restore -h a -d new b", "mongorestore --db new a", "wal-g backup-fetch /srv/new LATEST",
        "restic restore a --target /srv/new", "psql a < b.sql", "tar -xf a -C $PGDATA",
        "pg_restore --clean -d a b", "pgbackrest --stanza=a restore",
    ],
)  # fmt: skip
def test_it_restores(command):
    assert len(list(restores(script("sh", command)))) == 1


@pytest.mark.parametrize(
    "command",
    ["pg_restore --list a", "pg_restore --file=- a", "restic snapshots", "psql -c 'select 1'",
     "tar -xf a -C /srv/new", "rm -rf /srv/data"],
)  # fmt: skip
def test_it_restores_nothing(command):
    assert not list(restores(script("sh", command)))


@pytest.mark.parametrize(
    "query",
    ["DROP TABLE a", "drop\n  schema b cascade", "ALTER TABLE a DROP COLUMN b", "TRUNCATE a",
     "RESTORE DATABASE a FROM DISK = 'b' WITH NORECOVERY, REPLACE", "delete\nfrom a",
     "UPDATE a SET b=1"],
)  # fmt: skip
def test_sql_destroys(query):
    assert len(list(dangers(script("sql", f"select 1; {query};")))) == 1


@pytest.mark.parametrize(
    ("command", "exchanges"),
    [
        ("psql -c 'alter database a rename to b'", True),
        ('psql -c "ALTER DATABASE a RENAME TO a_old" -c "ALTER DATABASE b RENAME TO a"', True),
        ("sqlcmd -Q 'alter database a modify name = b'", True),
        ("mysql -e 'rename table a.b to c.b'", True),
        ("psql -c 'alter database a connection limit -1'", False),
        ("psql -c 'alter table a rename column b to c'", False),
        ("psql -c \"select 'alter database a rename to b'\"", False),
    ],
)
def test_a_rename_of_a_database_is_an_exchange(command, exchanges):
    assert renames(script("sh", command)) is exchanges
