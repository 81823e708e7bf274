"""One POST against receivers that really listen, and answer, fail, hang and lie."""

from __future__ import annotations

import socket
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.webhooks import receiver as at_hand
from tests.webhooks.receiver import Act, answer, drip, hang, read, receiver, say
from webhooks import sending, targets
from webhooks.sending import Exchange, Patience

pytestmark = pytest.mark.processes

LISTED = ["127.0.0.0/8"]
BRIEF = Patience(connect=5, read=0.2, total=0.5)
UNHURRIED = Patience(connect=5, read=10, total=20)


def post(
    url: str, *, listed: list[str] | None = None, patience: Patience = UNHURRIED, **more: Any
) -> Exchange:
    allowed = LISTED if listed is None else listed
    target = targets.read(url, allowed or ["elsewhere.internal"])
    headers = {"webhook-id": "msg_1", "Content-Type": "application/json"}
    return sending.post(target, '{"a":"ü"}', headers, listed=allowed, patience=patience, **more)


def meet(act: Act, patience: Patience = UNHURRIED) -> Exchange:
    with receiver(act) as server:
        return post(server.url, patience=patience)


def test_what_arrives_is_what_was_sent() -> None:
    with receiver() as server:
        exchange = post(server.url)
    (request,) = server.requests
    assert request.line == "POST /in?key=secret-path HTTP/1.1"
    assert request.body == '{"a":"ü"}'.encode()
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["content-type"] == "application/json"
    assert exchange.ok
    assert (exchange.code, exchange.answer, exchange.error) == (200, "ok", "")


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_every_code_from_200_to_299_takes_it(code: int) -> None:
    assert meet(answer(code)).ok


@pytest.mark.parametrize("code", [400, 401, 404, 410, 429, 500, 503])
def test_every_other_code_does_not(code: int) -> None:
    exchange = meet(answer(code, body=b"no, thanks"))
    assert not exchange.ok
    assert (exchange.code, exchange.answer) == (code, "no, thanks")
    assert exchange.error.startswith(f"It answered {code}")


@pytest.mark.parametrize("to", ["http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/"])
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(code: int, to: str) -> None:
    with receiver(answer(code, f"Location: {to}\r\n")) as server:
        exchange = post(server.url)
    assert len(server.requests) == 1
    assert exchange.error == (
        f"It answered {code} and sent us elsewhere. Redirects are not followed: write the new"
        " address."
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("0", 0), ("-5", None), ("1e9", None), ("9" * 30, None), ("soon", None)],
)
def test_what_a_receiver_asks_for_is_read_with_care(header: str, seconds: int | None) -> None:
    assert meet(answer(429, f"Retry-After: {header}\r\n")).retry_after == seconds


def test_a_receiver_that_hangs_is_left_after_the_time_of_one_read() -> None:
    exchange = meet(hang, BRIEF)
    assert (exchange.code, exchange.error) == (None, "No answer within 0.2 s.")


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 2", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_byte_now_and_then_does_not_keep_us(first: bytes) -> None:
    exchange = meet(drip(first), BRIEF)
    assert (exchange.code, exchange.error) == (
        None,
        "The exchange was not over after 0.5 s and was broken off.",
    )


@pytest.mark.parametrize("rest", [b"X-Long: ", b"Content-Length: 100000\r\n\r\n"])
def test_behind_the_status_line_a_drip_takes_nothing_back(rest: bytes) -> None:
    # Enough for the status line on a machine that is busy with other tests.
    exchange = meet(drip(b"HTTP/1.1 200 OK\r\n" + rest), replace(BRIEF, total=3))
    assert exchange.ok
    assert exchange.took_ms < 1000 * UNHURRIED.total


def test_a_wrong_length_takes_nothing_back() -> None:
    exchange = meet(say(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nthat is all"))
    assert exchange.ok
    assert exchange.answer == "that is all"


@pytest.mark.parametrize(
    "head", [b"Content-Length: 10485760\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nA00000\r\n"]
)
def test_ten_megabytes_are_not_read(head: bytes) -> None:
    sent: list[int] = []

    def flood(connection: socket.socket, over: Any) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head)
        try:
            for _ in range(160):
                connection.sendall(b"x" * 65536)
                sent.append(65536)
        except OSError:
            sent.append(-1)

    exchange = meet(flood)
    assert exchange.ok
    assert exchange.answer == "x" * sending.KEPT_CHARACTERS
    assert sum(sent) < 10485760


def test_a_compressed_answer_is_not_unpacked() -> None:
    exchange = meet(answer(200, "Content-Encoding: gzip\r\n", b"\x1f\x8b\x00\x00"))
    assert exchange.answer == "\x1f���"


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\xfe garbage \r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
def test_garbage_is_no_answer(garbage: bytes) -> None:
    exchange = meet(say(garbage))
    assert exchange.code is None
    assert exchange.error.startswith(("What came back is no answer of HTTP", "It hung up"))
    assert len(exchange.error) <= 300


def test_one_who_hangs_up() -> None:
    assert meet(say()).error == "It hung up without an answer."


def test_nobody_listens() -> None:
    with receiver() as server:
        pass
    assert post(server.url).error == (
        f"127.0.0.1 refused the connection: nothing listens at port {server.port}."
    )


def test_an_answer_that_no_database_keeps_is_made_one_that_it_does() -> None:
    exchange = meet(answer(200, body=b"a\x00b\xffc"))
    assert exchange.answer == "a�b�c"


class Names:
    """A name service in our hands: the answers, one a question, and how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **names: list[list[str]]) -> None:
        self.names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.asked: list[str] = []
        self.real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self.ask)

    def ask(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host not in self.names:
            return self.real(host, port, *args, **kwargs)
        answers = self.names[host]
        addresses = answers[min(len(self.asked), len(answers) - 1)]
        self.asked.append(host)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*entry, (address, port)) for address in addresses]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1%eth0"],
)
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    Names(monkeypatch, hooks_example_org=[[address]])
    exchange = post("https://hooks.example.org/", listed=[])
    assert "COUNTERSIGN_WEBHOOK_PRIVATE_HOSTS" in exchange.error
    assert exchange.error.startswith("hooks.example.org leads to ")


def test_a_name_that_leads_outside_and_inside_is_not_trusted_with_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Names(monkeypatch, hooks_example_org=[["93.184.216.34", "10.0.0.7"]])
    exchange = post("https://hooks.example.org/", listed=[])
    assert "leads to 10.0.0.7, which is a private address" in exchange.error


def test_a_name_is_asked_once_and_what_was_judged_is_where_we_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first answer is good, every later one leads to the clouds' credentials."""
    with receiver() as addresses:
        names = Names(monkeypatch, hooks_internal=[["127.0.0.1"], ["169.254.169.254"]])
        exchange = post(f"http://hooks.internal:{addresses.port}/in", listed=["hooks.internal"])
    assert exchange.ok
    assert names.asked == ["hooks.internal"]
    assert addresses.requests[0].headers["host"] == f"hooks.internal:{addresses.port}"


def test_the_second_address_is_tried_when_nobody_listens_at_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with receiver() as server:
        Names(monkeypatch, hooks_internal=[["127.0.0.2", "127.0.0.1"]])
        exchange = post(f"http://hooks.internal:{server.port}/in", listed=["hooks.internal"])
    assert exchange.ok


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, hooks_example_org=[[]])
    exchange = post("https://hooks.example.org/", listed=[])
    assert exchange.error == "The name hooks.example.org is not known."


def test_a_name_service_out_of_reach_says_nothing_against_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreachable(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    exchange = post("https://hooks.example.org/", listed=[])
    assert exchange.error == "The name service gave no answer about hooks.example.org."


def test_a_name_service_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: never.wait(5) and [])
    brief = Patience(connect=0.1, read=1, total=1)
    exchange = post("https://hooks.example.org/", listed=[], patience=brief)
    never.set()
    assert exchange.error == "The name service did not answer within 0.1 s."


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert meet(answer(200)).ok


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for hooks.example.org, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=hooks.example.org", "-addext", "subjectAltName=DNS:hooks.example.org",
         "-keyout", str(path), "-out", f"{path}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def secured(certificate: Path, seen: list[str | None]) -> Act:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda sock, name, ctx: seen.append(name)

    def act(connection: socket.socket, over: Any) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            read(wrapped)
            wrapped.sendall(at_hand.OK)

    return act


def over_tls(
    host: str, act: Act, monkeypatch: pytest.MonkeyPatch, patience: Patience = UNHURRIED,
    **more: Any,
) -> Exchange:  # fmt: skip
    monkeypatch.setattr(at_hand, "read", lambda connection: None)
    with receiver(act) as server:
        Names(monkeypatch, **{host.replace(".", "_"): [["127.0.0.1"]]})
        return post(f"https://{host}:{server.port}/in", patience=patience, **more)


@pytest.fixture
def trust(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def test_the_certificate_is_checked_for_the_name_not_the_address(
    certificate: Path, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    act = secured(certificate, seen)
    assert over_tls("hooks.example.org", act, monkeypatch, trust=trust).ok
    assert seen == ["hooks.example.org"]
    other = over_tls("other.example.org", act, monkeypatch, trust=trust)
    assert other.error.startswith("Its certificate is not valid for this address: Hostname mism")


def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = over_tls("hooks.example.org", secured(certificate, []), monkeypatch)
    assert exchange.error == (
        "Its certificate is not valid for this address: self-signed certificate."
    )


@pytest.mark.parametrize("first", [b"", b"\x16\x03\x03\xff\xff", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_a_drip_while_tls_is_being_set_up_does_not_keep_us(
    first: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = over_tls("hooks.example.org", drip(first), monkeypatch, BRIEF)
    assert exchange.code is None
    sentences = ("The exchange was not over", "No secure connection", "No answer within")
    assert exchange.error.startswith(sentences)
