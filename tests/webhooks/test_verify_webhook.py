"""The script in the docs verifies what is sent, and needs nothing of the product."""

from __future__ import annotations

import ast
import os
import runpy
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.runbooks.live.live_world import wait_until
from webhooks import sending, signing, targets

SCRIPT = Path(__file__).resolve().parent.parent.parent / "docs" / "verify_webhook.py"
BODY = '{"type":"run.held","timestamp":"","data":{"sentence":"held the run – ✓"}}'


def test_the_script_is_standard_library_alone() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    imported |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert {str(name).partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_only_what_is_genuine_and_fresh_is_believed(at: datetime) -> None:
    genuine = runpy.run_path(str(SCRIPT))["genuine"]
    old, new, now = signing.new_secret(), signing.new_secret(), at.timestamp()
    headers = dict(signing.headers("msg_1", BODY, keys=[new, old], at=at))
    assert genuine(new, headers, BODY.encode(), now)
    assert genuine(old, headers, BODY.encode(), now + 299)
    assert not genuine(new, headers, BODY.encode(), now + 302)
    assert not genuine(new, headers, BODY.encode(), now - 302)
    assert not genuine(signing.new_secret(), headers, BODY.encode(), now)
    assert not genuine(new, headers, BODY.encode() + b"\n", now)
    for name, wrong in (
        ("webhook-id", "msg_2"),
        ("webhook-timestamp", "soon"),
        ("webhook-timestamp", ""),
        ("webhook-signature", ""),
        ("webhook-signature", "v1,"),
        ("webhook-signature", headers["webhook-signature"].replace("v1,", "v2,")),
        ("webhook-signature", "v1,ü"),
    ):
        assert not genuine(new, headers | {name: wrong}, BODY.encode(), now)


@pytest.mark.processes
def test_the_script_receives_what_the_product_sends() -> None:
    secret = signing.new_secret()
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    command = [sys.executable, "-I", str(SCRIPT), str(port)]
    script = subprocess.Popen(
        command, env=os.environ | {"SECRET": secret}, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip

    def listens() -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        return False

    def send(key: str) -> int | None:
        headers = signing.headers("msg_1", BODY, keys=[key], at=datetime.now(UTC))
        listed = ["127.0.0.1"]
        target = targets.read(f"http://127.0.0.1:{port}/", listed)
        return sending.post(target, BODY, headers, listed=listed).code

    try:
        wait_until(listens)
        assert [send(secret), send(signing.new_secret()), send(secret)] == [204, 401, 204]
    finally:
        script.terminate()
        output, _ = script.communicate()
    assert output == "run.held held the run – ✓\n"
