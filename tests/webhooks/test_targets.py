"""Which addresses can be typed, and which a name may lead to."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks import targets
from webhooks.targets import Forbidden, Target

PUBLIC = ("8.8.8.8", "93.184.216.34", "2001:4860:4860::8888", "2002:808:808::", "64:ff9b::808:808")
INSIDE = {
    "127.0.0.1": "this machine's own", "127.8.9.1": "this machine's own",
    "::1": "this machine's own", "0.0.0.0": "a reserved", "::": "a reserved",
    "10.0.0.1": "a private", "172.16.0.1": "a private", "192.168.1.1": "a private",
    "100.64.0.1": "a private", "192.0.2.1": "a private", "198.18.0.1": "a private",
    "fd12::1": "a private", "fec0::1": "a private", "2001:db8::1": "a private",
    "169.254.169.254": "a link-local", "fe80::1": "a link-local",
    "224.0.0.1": "a multicast", "ff02::1": "a multicast",
    "240.0.0.1": "a reserved", "255.255.255.255": "a reserved",
    # IPv4 in the clothes of IPv6
    "64:ff9b::7f00:1": "this machine's own", "64:ff9b::a9fe:a9fe": "a link-local",
    "2002:7f00:1::": "this machine's own", "2002:a00:1::": "a private",
    "192.0.0.192": "a link-local", "64:ff9b:1::a00:1": "a reserved", "::7f00:1": "a reserved",
}  # fmt: skip


def judge(address: str, listed: list[str], scheme: str = "https") -> None:
    target = Target(scheme, "hooks.example.org", 443, "/")
    targets.judge(target, [ip_address(address)], listed)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_open(address: str) -> None:
    judge(address, [])


@pytest.mark.parametrize(("address", "kind"), INSIDE.items())
def test_everything_else_is_shut_until_its_network_is_listed(address: str, kind: str) -> None:
    with pytest.raises(Forbidden, match=f"which is {kind} address"):
        judge(address, [])
    judge(address, [f"{address}/{ip_address(address).max_prefixlen}"], "http")


@pytest.mark.parametrize(("address", "kind"), INSIDE.items())
def test_a_listed_name_opens_private_addresses_and_no_link_local_ones(address, kind) -> None:
    if kind in {"a private", "this machine's own"}:
        judge(address, ["hooks.example.org"], "http")
    else:
        with pytest.raises(Forbidden):
            judge(address, ["hooks.example.org"])


def test_plain_http_is_for_listed_hosts_alone() -> None:
    for listed in ([], ["other.example.org"], ["10.0.0.0/8"]):
        with pytest.raises(Forbidden, match="Plain http://"):
            judge("8.8.8.8", listed, "http")
    judge("8.8.8.8", ["hooks.example.org"], "http")
    judge("10.1.2.3", ["10.0.0.0/8"], "http")


@given(st.ip_addresses())
def test_what_is_open_is_public_however_it_is_written(address) -> None:
    try:
        judge(str(address), [])
    except Forbidden:
        return
    for inside in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"):
        assert address not in ip_network(inside)
    assert address.is_global
    assert not address.is_multicast


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.example.org", "hooks.example.org", 443, "/"),
        (" https://Hooks.Example.ORG:8443/a/b?c=d ", "hooks.example.org", 8443, "/a/b?c=d"),
        ("https://bücher.example/%C3%BC", "xn--bcher-kva.example", 443, "/%C3%BC"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/"),
        ("https://[2001:4860:4860::8888]:444/", "2001:4860:4860::8888", 444, "/"),
        ("https://hooks.example.org./", "hooks.example.org.", 443, "/"),
    ],
)
def test_an_address_is_read(url: str, host: str, port: int, path: str) -> None:
    address = targets.read(url)
    assert (address.host, address.port, address.path) == (host, port, path)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "begins with https://"),
        ("hooks.example.org", "begins with https://"),
        ("file:///etc/passwd", "begins with https://"),
        ("gopher://hooks.example.org/", "begins with https://"),
        ("https:///path", "begins with https://"),
        ("http://hooks.example.org/", "Plain http:// is for hosts of your own"),
        ("https://user:secret@hooks.example.org/", "Leave out the user name"),
        ("https://hooks.example.org/#part", "Leave out the part behind #"),
        ("https://hooks.example.org/a b", "must be written as %20"),
        ("https://hooks.example.org/a\\b", "must be written as %20"),
        ("https://hooks.example.org/ü", "must be written as %20"),
        ("https://hooks.example.org:0/", "The port"),
        ("https://hooks.example.org:70000/", "The port"),
        ("https://hooks.example.org:http/", "The port"),
        ("https://hooks example.org/", "no host name"),
        ("https://.../", "no host name"),
        ("https://" + "a" * 64 + ".org/", "no host name"),
        ("https://hooks.example.org/" + "a" * 500, "500 is the most"),
        ("https://127.0.0.1/", "^127.0.0.1 is this machine's own address"),
        ("https://[::ffff:127.0.0.1]/", "leads to 127.0.0.1, which is this machine's own"),
        ("https://[fe80::1]/", "^fe80::1 is a link-local address"),
        ("https://10.0.0.1/", "^10.0.0.1 is a private address. List the network"),
        ("https://[::1/", "no address"),
        ("https://[2606:4700::1111% x:y]/", "no host name"),
    ],
)
def test_what_can_never_be_sent_to_is_refused_with_the_reason(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("[", r"\[")):
        targets.read(url)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://hooks.example.org/{text}"):
        try:
            address = targets.read(url)
        except ValueError:
            continue
        assert (address.path + address.host).isascii()
        assert address.path.startswith("/")
        assert not {"\r", "\n", " "} & set(address.path + address.host)


def test_what_others_see_of_an_address() -> None:
    assert targets.read("https://hooks.slack.example:8443/services/T/B/key").masked == (
        "https://hooks.slack.example:8443/…"
    )
