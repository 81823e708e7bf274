"""The list under L22 in SQL, in scripts and on Windows: what destroys is found, and no other."""

from __future__ import annotations

import pytest

from runbooks.enums import Level
from runbooks.lint.commands.script import script
from runbooks.lint.dangers.destroyers import dangers
from runbooks.procedure.code_kinds import CodeKind, kind_of
from tests.runbooks.lint.dangers.test_destroyers import commands
from tests.runbooks.lint.linting import flagged

_DESTROYS = {
    "sql": r"""
\copy t from 'x.csv' csv ~ copy t from '/srv/x' ~ COPY t (a) FROM STDIN
load data infile 'a' into table b
alter database a rename to b ~ source dump.sql ~ flashback database to scn 1 ~ \i restore.sql
""",
    "rman": r"""
restore database; ~ run { restore database; recover database; } ~ delete noprompt obsolete;
duplicate target database to x; ~ RESTORE TABLESPACE users;
""",
    "powershell": r"""
Remove-Item -Recurse C:\data ~ Remove-Item C:\data -Force -Rec ~ rm -r C:\data ~ del C:\x -Recurse
Get-ChildItem C:\x | ForEach-Object { Remove-Item $_ -Recurse -Force } ~ $x = Clear-Disk -Number 1
Format-Volume -DriveLetter D ~ Clear-Disk -Number 1 -RemoveData ~ Initialize-Disk 2
Invoke-Sqlcmd -Query "drop database a"
Restore-SqlDatabase -Database a -BackupFile b -ReplaceDatabase
Restore-DbaDatabase -Path b -WithReplace ~ Remove-VM -Name a ~ Remove-AzDisk -DiskName a
Remove-EC2Volume -VolumeId a ~ Restore-VMSnapshot -Name a -VMName b ~ sqlcmd -Q "drop database a"
Remove-Item C:\data -Recurse:$true ~ if (Test-Path C:\x) { Remove-Item -Recurse C:\x }
vssadmin delete shadows /all
wbadmin start recovery -version:1 ~ Invoke-Sqlcmd -InputFile restore.sql ~ robocopy a b /MIR
""",
    "cmd": r"""
del /s /q C:\data ~ rd /s /q C:\data ~ rmdir /S C:\data ~ rd /s/q x ~ format d: /q
diskpart /s x.txt
@del /s x ~ if exist C:\x rd /s /q C:\x ~ cmd /c rd /s /q x ~ robocopy a b /purge
sqlcmd -Q "drop database a"
powershell -Command "Remove-Item C:\x -Recurse" ~ for /d %%i in (*) do rd /s /q %%i
wbadmin delete backup
""",
    "python": r"""
os.system("rm -rf /srv/x") ~ subprocess.run(["rm", "-rf", path], check=True)
subprocess.run("dropdb a", shell=True)
shutil.rmtree(path) ~ cursor.execute("drop table a") ~ q = '''delete from users'''
client.drop_database("a")
subprocess.check_call(["sudo", "dropdb", "a"]) ~ r.flushall() ~ Model.objects.all().delete()
cur.execute(f"truncate {name}") ~ subprocess.Popen(['psql', '-c', 'drop table x'])
db.a.delete_many({})
ec2.terminate_instances(InstanceIds=[a]) ~ r.execute_command("FLUSHALL")
""",
    "ruby": r"""
FileUtils.rm_rf("/srv/x") ~ system("rm -rf /srv/x") ~ system "dropdb", "a" ~ %x(dropdb a)
x = `rm -rf /srv/x`; y ~ User.delete_all ~ conn.exec("drop table a")
ActiveRecord::Base.connection.execute('truncate a')
""",
    "javascript": r"""
db.dropDatabase() ~ db.users.drop() ~ db.users.deleteMany({}) ~ db.users.deleteMany( { } )
child_process.exec("rm -rf /srv/x") ~ execSync('dropdb a')
fs.rmSync(dir, { recursive: true, force: true })
spawn("rm", ["-rf", dir]) ~ db.runCommand({ drop: "a" }) ~ client.query(`drop table a`)
rimraf.sync(a)
db.getSiblingDB("a").dropDatabase() ~ await $`rm -rf /srv/x`
""",
    "perl": r"""
system("rm -rf /srv/x"); ~ `dropdb a`; ~ qx(rm -rf /srv/x) ~ remove_tree("/srv/x");
$dbh->do("drop table a");
""",
    "mine": r"""
dropdb a ~ drop table a; ~ db.a.drop()
""",
}
_HARMLESS = {
    "sql": r"""
\copy t to 'x.csv' ~ copy (select a from b) to '/x' ~ \dt ~ \i check.sql
flashback table a to before drop
alter database a set x = 1 ~ alter table a rename to b ~ restore verifyonly from disk = 'a'
source check.sql
""",
    "rman": r"""
list backup; ~ restore database validate; ~ restore database preview; ~ backup database;
crosscheck backup;
""",
    "powershell": r"""
Remove-Item C:\x.txt ~ Get-ChildItem -Recurse C:\x ~ Remove-Item -Recurse C:\x -WhatIf ~ Get-Volume
Get-Disk
Invoke-Sqlcmd -Query "select 1" ~ Restore-SqlDatabase -Database new -BackupFile b ~ Get-VM
Write-Host "Remove-Item -Recurse C:\x" ~ # Remove-Item -Recurse C:\x
Backup-SqlDatabase -Database a
Get-Process | Where-Object { $_.CPU -gt 1 } ~ <# Clear-Disk #> Get-Disk ~ Remove-PSSession $s
Remove-Variable x
""",
    "cmd": r"""
del x.txt ~ dir /s ~ rd x ~ rem del /s /q C:\ ~ :: rd /s /q C:\ ~ echo it's fine ~ robocopy a b
copy a b
if exist x dir ~ vssadmin list shadows ~ wbadmin get versions
""",
    "python": r"""
os.system("ls /srv") ~ subprocess.run(["ls", "-l"]) ~ print("drop table a")
cursor.execute("select 1")
# shutil.rmtree(path) ~ x = "rm -rf /srv" ~ os.remove(path) ~ log.info("delete from a")
items.remove(x)
cursor.execute("delete from a where b = 1") ~ df.drop(columns=["a"])
raise ValueError("drop table a")
""",
    "ruby": r"""
system("ls") ~ puts "drop table a" ~ `ls` ~ File.delete("a") ~ # FileUtils.rm_rf("/srv")
""",
    "javascript": r"""
db.users.find() ~ db.users.deleteMany({ a: 1 }) ~ console.log("drop table a") ~ // db.dropDatabase()
fs.rmSync("a") ~ db.users.countDocuments({}) ~ element.remove() ~ rs.status() ~ execSync("ls")
""",
    "perl": r"""
system("ls"); ~ print "drop table a"; ~ # system("rm -rf /srv"); ~ unlink("a");
""",
    "mine": r"""
ls ~ select 1; ~ db.a.find()
""",
}


def cases(tables: dict[str, str]) -> list[tuple[str, str]]:
    """Label and code of every entry."""
    return [(label, code) for label, table in tables.items() for code in commands(table)]


@pytest.mark.parametrize(("label", "code"), cases(_DESTROYS))
def test_it_destroys(label: str, code: str) -> None:
    assert len(list(dangers(script(label, code)))) == 1


@pytest.mark.parametrize(("label", "code"), cases(_HARMLESS))
def test_it_is_harmless(label: str, code: str) -> None:
    assert not list(dangers(script(label, code)))


def test_every_kind_that_is_run_has_its_lines() -> None:
    tried = {kind_of(label) for label in _DESTROYS} | {CodeKind.SHELL}
    assert {kind for kind in CodeKind if kind.is_run} - tried == {CodeKind.FISH}


@pytest.mark.parametrize(
    ("label", "code", "line", "column"),
    [
        ("python", "import os\n\nos.system('ls;\\\n rm -rf /srv')", 3, 1),
        ("python", "x = 1\nshutil.rmtree(\n  path)", 1, 7),
        ("python", "cur.execute(\n  'drop table a')", 1, 3),
        ("powershell", "Get-Item x\nGet-Item y |\n  Remove-Item -Recurse", 2, 2),
        ("powershell", "Remove-Item C:\\data `\n  -Recurse", 0, 0),
        ("cmd", "rem it's\nif exist x rd /s x", 1, 11),
        ("js", "// don't\ndb.a.drop()", 1, 4),
    ],
)
def test_it_is_found_where_it_stands(label: str, code: str, line: int, column: int) -> None:
    ((place, _),) = dangers(script(label, code))
    assert (place.line, place.column) == (line, column)


def test_what_is_said_is_what_was_written() -> None:
    ((place, _),) = dangers(script("powershell", "Remove-Item C:\\data -Recurse"))
    assert place.summary == "Remove-Item C:\\data -Recurse"


@pytest.mark.parametrize(
    "text",
    ["os.system(" * 1500, "system(" + "'a'," * 4000, "'" * 15_000, "fs.rm(" * 2500,
     "`" * 15_000, '"""' * 5000, "%x(" * 5000, "exec(x\n" * 2500],
)  # fmt: skip
@pytest.mark.parametrize("label", ["python", "ruby", "js", "perl", "word", "ps1", "cmd"])
def test_a_hard_text_is_read_at_once(label: str, text: str) -> None:
    assert list(dangers(script(label, text))) is not None


@pytest.mark.parametrize(
    ("into", "level"), [("ledger_new", Level.WARNING), ("ledger", Level.ERROR)]
)
def test_rows_into_a_database_that_the_text_made(into: str, level: Level) -> None:
    text = (
        "# A\n\n- [ ] Make it\n\n  ```sh\n  createdb -h db ledger_new\n  ```\n\n- [ ] Fill it\n\n"
        f"  ```sh\n  psql -h db -d {into} -c \"\\copy entry from 'x.csv' csv\"\n  ```\n"
    )
    assert [finding.level for finding in flagged("L22", text)] == [level]
