"""Words that the rules about wording know."""

from __future__ import annotations

import re
from html import unescape

from runbooks.procedure.model import Step

#: Imperatives that begin a step. Those of the second list are nouns as often as verbs.
_VERBS = """
activate add adjust agree allow analyse analyze announce apply archive ask assign attach be begin
block bring browse build calculate cancel capture cat choose clean clear click close collect
compare compress compute configure confirm connect contact convert create cut deactivate decide
declare decommission define delete demote deploy destroy detach determine disable disconnect
discuss dismount do download drain drop duplicate edit eject enable encrypt ensure enter erase
escalate establish evict examine execute expand extract fail fetch fill find finish flush follow
freeze gather generate get give go grant halt hand identify include increase inform initialise
initialize inspect install invalidate isolate join keep leave let lift locate look make mask
measure merge migrate mount move notify obtain open overwrite paste pause perform pick prepare
press prevent prove promote provide prune publish pull purge push put quarantine quit raise
re-enable read rebuild reboot recover recreate redeploy redirect reduce refresh register reindex
reinstall reload remount remove rename reopen repair repeat replace replay replicate reset resize
resolve restart restore resume resync retrieve retry revert revoke roll rotate run save say scale
see select send set ship show shut sign sort start stop submit subscribe suspend swap switch sync
synchronise synchronize take tell terminate thaw trigger truncate try turn type unblock undo
uninstall unlock unmount unpack unplug unquarantine update upgrade upload use validate verify wait
warm watch wipe withdraw write
"""
_NOUNS_TOO = """
answer back backup boot break call change check clone comment commit communicate control copy
count design document drill dump empty estimate exchange exit export fence force format hold
import inventory issue kill label launch limit link list load lock log login map mark match
monitor name note order page pass place plan point post practise protect query question rate
rebase record release repoint report request return review sample scan schedule scrub search
secure share sign-off snap snapshot stage state store tag test time track transfer trim vacuum
visit vote watermark work
"""
VERBS_ONLY = frozenset(_VERBS.split())
VERBS = VERBS_ONLY | frozenset(_NOUNS_TOO.split())
# A sentence that begins with these asks for attention, not for an action.
MINDFUL = frozenset({"be", "do", "keep", "look", "read", "see", "ask", "watch", "go", "let", "try"})
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_CODE_HTML = re.compile(r"<code\b[^>]*>[^<]*(?:<(?!/code>)[^<]*)*</code>")
_TAG = re.compile(r"<[^<>]*>")
_CODE = re.compile(r"`[^`]*`|<[^<>]*>")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def title_of(step: Step) -> str:
    """A step's title without its code spans."""
    return unescape(_TAG.sub("", _CODE_HTML.sub(" … ", step.title_html)))


def without_code(text: str) -> str:
    """A line of Markdown with its code blanked out, so that columns stay."""
    return _CODE.sub(lambda code: " " * len(code[0]), text)
