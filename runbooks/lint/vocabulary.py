"""Words that the rules about wording know."""

from __future__ import annotations

import re

#: Imperatives that begin a step. Those of the second list are nouns as often as verbs.
_VERBS = """
activate add adjust agree allow analyse analyze announce apply archive ask assign attach be begin
block boot bring browse build calculate call cancel capture cat choose clean clear click clone close
collect compare compress compute configure confirm connect contact convert create cut deactivate
decide declare decommission define delete demote deploy destroy detach determine disable disconnect
discuss dismount do download drain drop dump duplicate edit eject empty enable encrypt ensure enter
erase escalate establish evict examine exchange execute exit expand export extract fail fetch fill
find finish flush follow force format freeze gather generate get give go grant halt hand identify
import include increase inform initialise initialize inspect install invalidate isolate join keep
kill launch leave let lift locate login look make mask measure merge migrate mount move notify
obtain open overwrite page pass paste pause perform pick prepare press prevent prove promote
provide prune publish pull purge push put quarantine query quit raise re-enable read rebuild reboot
recover recreate redeploy redirect reduce refresh register reindex reinstall release reload remount
remove rename reopen repair repeat replace replay replicate request reset resize resolve restart
restore resume resync retrieve retry revert revoke roll rotate run save say scale see select send
set ship show shut sign sort start stop submit subscribe suspend swap switch sync synchronise
synchronize take tell terminate thaw trigger truncate try turn type unblock undo uninstall unlock
unmount unpack unplug unquarantine update upgrade upload use validate verify wait warm watch wipe
withdraw write
"""
_NOUNS_TOO = """
back backup check copy count document fence hold inventory limit link list lock log mark name note
order place plan point post protect rebase record repoint report review scan schedule secure
snapshot stage state store tag test time track transfer vacuum work answer break change comment
commit communicate control design drill estimate issue label load map match monitor practise
question rate return search share sample scrub sign-off snap trim visit vote watermark
"""
VERBS_ONLY = frozenset(_VERBS.split())
VERBS = VERBS_ONLY | frozenset(_NOUNS_TOO.split())
# After these a sentence tells what to keep in mind, and asks for no deed.
MINDFUL = frozenset({"be", "do", "keep", "look", "read", "see", "ask", "watch", "go", "let", "try"})

_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_CODE = re.compile(r"`[^`]*`|<[^<>]*>")


def words_of(text: str) -> list[str]:
    """The words of a line of Markdown in lower case, without what stands in code."""
    return [word.lower() for word in _WORD.findall(without_code(text))]


def without_code(text: str) -> str:
    """A line of Markdown with blanks for what stands in code, so that columns stay."""
    return _CODE.sub(lambda found: " " * len(found[0]), text)
