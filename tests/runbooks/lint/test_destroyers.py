"""The list under L22: what destroys is found, and what looks like it is left alone."""

from __future__ import annotations

import pytest

from runbooks.lint.destroyers import dangers, renames, restores
from runbooks.lint.script import script

_DESTROYS = """
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
"""
_HARMLESS = """
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
