"""How often somebody may ask: so many requests in a minute, counted in a cache and never in the
database, so that a counter costs no statement and a flood no disk."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import Token

if TYPE_CHECKING:  # the views import their limits
    from rest_framework.views import APIView

log = logging.getLogger(__name__)
MINUTE = 60


class EachMinute(BaseThrottle):
    """Reads and writes of each token or person, or of each address that nobody is behind.

    The count begins anew with each full minute. A cache that does not answer lets everybody
    through: it must not stop a restore.
    """

    _left = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this request, and say whether it is within the limit."""
        who, most = self._counted(request)
        now = time.time()
        minute, gone = divmod(now, MINUTE)
        self._left = MINUTE - gone
        key = f"api:{who}:{int(minute)}"
        try:
            counters = caches["throttle"]
            counters.add(key, 0, timeout=2 * MINUTE)
            return counters.incr(key) <= most
        except Exception:  # each kind of cache has its own family of errors
            log.warning("The counters of the API's limits do not answer.", exc_info=True)
            return True

    def wait(self) -> float:
        """Seconds until the count begins anew."""
        return self._left + 1

    def _counted(self, request: Request) -> tuple[str, int]:
        """Whose counter, and its limit."""
        reads = request.method in SAFE_METHODS
        most = settings.API_READS_PER_MINUTE if reads else settings.API_WRITES_PER_MINUTE
        way = "reads" if reads else "writes"
        if isinstance(request.auth, Token):
            return f"token:{request.auth.pk}:{way}", most
        if request.user is not None and request.user.is_authenticated:
            return f"person:{request.user.pk}:{way}", most
        return f"address:{self.get_ident(request)}", settings.API_STRANGERS_PER_MINUTE
