"""SQL and code that destroy data."""

from __future__ import annotations

import re

from runbooks.lint.dangers.danger import Danger

#: The name of what puts a database out of its place. Nothing is lost by it alone.
RENAMED = "ALTER DATABASE … RENAME"
SQL: tuple[tuple[re.Pattern[str], Danger], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), Danger(name, does, restores=restores))
    for pattern, name, does, restores in (
        (r"\bdrop\s+(?:table|(?:pluggable\s+)?database|schema|partition|tablespace|keyspace|collection|owned|column"
         r"|materialized|index)\b", "DROP", "removes it with all that is in it", False),
        (r"\bdrop\s+user\b.*\bcascade\b|^\s*purge\s+(?:dba_)?recyclebin\b", "DROP USER … CASCADE",
         "removes it with all that is in it", False),
        (r"^\s*truncate\b|^\s*alter\s+table\b.*\btruncate\s+(?:sub)?partition\b", "TRUNCATE",
         "empties the table", False),
        (r"^\s*create\s+or\s+replace\s+(?:\w+\s+)?table\b|^\s*insert\s+overwrite\b",
         "CREATE OR REPLACE TABLE", "writes over the table", False),
        (r"\bdetach\s+delete\b", "DETACH DELETE", "removes nodes with their relations", False),
        (r"(?:^|[{(])\s*restore\s+(?:database|log|table|tablespace|datafile|controlfile|spfile"
         r"|pluggable)\b(?!.*\b(?:validate|preview)\b)", "RESTORE DATABASE",
         "writes over the database", True),
        (r"(?:^|[{(])\s*(?:duplicate\s+(?:target\s+)?database|flashback\s+(?:(?:pluggable\s+)?database|table\b.*\bto\s+(?:scn|timestamp))"
         r"|recover\s+database\s+until)\b", "FLASHBACK DATABASE",
         "turns the database back to an earlier moment", True),
        (r"(?:^|[{(])\s*delete\s+(?:noprompt\s+|force\s+)*(?:backup|obsolete|expired|archivelog"
         r"|copy|datafilecopy)\b", "DELETE BACKUP", "removes backups", False),
        (r"^\s*\\?copy\s+(?:into\s+)?[\w.\"<>]+\s*(?:\([^)]*\)\s*)?from\b", "COPY … FROM",
         "mixes what it reads with what is in the table", True),
        (r"^\s*load\s+data\b", "LOAD DATA", "mixes what it reads with what is in the table", True),
        (r"(?m:^)\s*(?:source|\\\.|\\i|\\ir|\\include|@{1,2}|\.read)\s*[^\s;]*"
         r"(?:dump|backup|\.bak|restor)", "source dump.sql",
         "runs what it reads over what is there", True),
        (r"(?m:^)\s*\.(?:restore|clone)\b", ".restore", "writes over the database", True),
        (r"^\s*alter\s+(?:database|schema)\s.*\b(?:rename\s+to|modify\s+name)\b"
         r"|^\s*rename\s+database\b", RENAMED,
         "puts it out of its place, or in the place of another", False),
        (r"\bwith\s+(?:[\w,= ]{0,80}[, ])?replace\b", "WITH REPLACE",
         "writes over the database", True),
        (r"(?<!explain )\bdelete\s+from\b", "DELETE without WHERE", "removes every row", False),
        (r"^\s*update\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set\b", "UPDATE without WHERE",
         "changes every row", False),
        (r"^\s*(?:reset\s+master|purge\s+(?:binary|master)\s+logs|discard\s+tablespace)\b",
         "RESET MASTER", "removes the log that a restore needs", False),
        (r"\.(?:dropDatabase|drop|deleteMany|remove)\s*\(\s*(?:\{\s*\})?\s*\)", "drop()",
         "removes it with all that is in it", False),
        (r"\bflush(?:all|db)\b", "FLUSHALL", "empties the database", False),
    )
)  # fmt: skip
#: What scripts do by themselves; strings are filled by `~` when this is looked for.
CODE: tuple[tuple[re.Pattern[str], Danger], ...] = tuple(
    (re.compile(pattern), Danger(name, does))
    for pattern, name, does in (
        (r"\brmtree\s*\(|\bremove_tree\s*\(|\bos\.RemoveAll\s*\(|\bdeleteDir(?:ectory)?\s*\("
         r"|\bFileUtils\.(?:rm_rf|rm_r|remove_dir|remove_entry\w*)\b|\brimraf(?:\.?[sS]ync)?\s*\("
         r"|\bunlink\s*\([^;\n]{0,300}?\brecursive\s*=\s*T"
         r"|\brm(?:dir)?(?:Sync)?\s*\([^;]{0,300}?\brecursive[\"']?\s*:\s*true",
         "rmtree()", "removes a whole tree of files"),
        (r"\.(?:dropDatabase|drop)\s*\(\s*\)"
         r"|\bDatabaseTasks\.(?:drop|purge)\w*|\.sync\s*\(\s*\{\s*force\s*:\s*true"
         r"|\.(?:drop_database|drop_collection|drop_all|drop_table|dropTable|dropCollection)\s*\("
         r"|\b(?:runCommand|adminCommand)\s*\(\s*\{\s*[\"']?drop",
         "drop()", "removes it with all that is in it"),
        (r"\.(?:deleteMany|delete_many|remove)\s*\(\s*\{\s*\}"
         r"|\.(?:deleteMany|delete_many)\s*\(\s*\)|\.objects\.all\(\)\.delete\s*\(\s*\)"
         r"|\.query\([^()\n]{0,80}\)\.delete\s*\(|\.(?:delete_all|destroy_all)\b|->truncate\s*\(\s*\)",
         "deleteMany({})", "removes every row"),
        (r"\.flush_?(?:[aA]ll|[dD][bB])\b", "flushall()", "empties the database"),
        (r"\.indices\.delete\s*\(|\.(?:terminate_instances|delete_(?:db_\w+|bucket\w*|objects?|table"
         r"|volume|snapshot|cluster\w*|backup\w*|file_system))\s*\(",
         "delete_bucket()", "removes something in the cloud"),
    )
)  # fmt: skip
