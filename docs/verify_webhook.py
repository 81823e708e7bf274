"""Verify a webhook of Countersign: standard library only.

    SECRET=whsec_… python verify_webhook.py 8080

listens at that port of this machine and prints what arrives and is genuine. Take `genuine` into a
receiver of your own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer

TOLERANCE = 300  # seconds between the sender's clock and ours


def genuine(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether `body`, exactly as it arrived, was signed with `secret` a few minutes ago at most."""
    message, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message or not sent.isdecimal() or abs(now - int(sent)) > TOLERANCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message}.{sent}.".encode() + body
    mine = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # Two signatures, with a blank between, while a secret is being changed.
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(mine.encode(), one.encode()) for one in given)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is genuine and 401 to anything else. Tells each event once."""

    seen: set[str] = set()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not genuine(os.environ["SECRET"], headers, body, time.time()):
            self.send_error(401)
            return
        if headers["webhook-id"] not in self.seen:
            self.seen.add(headers["webhook-id"])
            event = json.loads(body)
            print(event["type"], event["data"]["sentence"], flush=True)
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
