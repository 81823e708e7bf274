"""The one SHA-256 in the lines of the tools of all systems."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.units.checksums import read

SUM = "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358"
PAIRS = " ".join(SUM[at : at + 2] for at in range(0, 64, 2))
TABLE = "Algorithm       Hash      Path\n---------       ----      ----\n"
ROW = f"SHA256          {SUM.upper()}       D:\\backup\\ledger.dump"


@pytest.mark.parametrize(
    "text",
    [
        SUM,
        SUM.upper(),
        f"  {SUM}\r\n",
        f"{SUM}  /srv/backup/ledger.dump",
        f"{SUM} */srv/backup/ledger.dump",
        f"\\{SUM}  a\\nb.dump",
        f"{SUM}  -",
        f"{SUM}  /objects/{'ab' * 32}",  # a name that is itself a checksum
        f"SHA256 (ledger.dump) = {SUM}",
        f"SHA256(ledger.dump)= {SUM}",
        f"SHA2-256(ledger.dump)= {SUM}",
        f"SHA2-256(stdin)= {SUM}",
        f"sha256:{SUM}",
        f"sha256={SUM}",
        f"SHA-256: {SUM}",
        f"registry/ledger@sha256:{SUM}",
        ROW,
        TABLE + ROW,
        (TABLE + ROW).replace("\n", " "),  # as a browser pastes it into one line
        f"Algorithm : SHA256\nHash      : {SUM.upper()}\nPath      : D:\\ledger.dump",
        f"SHA256 hash of ledger.dump:\n{SUM}\nCertUtil: -hashfile command completed successfully.",
        f"SHA256 hash of file ledger.dump:\n{PAIRS}\nCertUtil: -hashfile command completed.",
        f"{SUM}  a.dump\n{SUM}  b.dump",
    ],
)
def test_one_checksum_in_many_lines(text: str) -> None:
    assert read(text) == SUM


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no SHA-256"),
        ("the same as before", "holds no SHA-256"),
        (SUM[:60], "60 characters"),
        (f"{SUM[:12]}…  ledger.dump", "holds no SHA-256"),
        (f"{SUM}ab", "66 characters"),
        (SUM[:32], "an MD5"),
        (SUM[:40], "a SHA-1"),
        (SUM + SUM, "a SHA-512"),
        (f"MD5 (x) = {SUM[:32]}", "a checksum of MD5"),
        (f"SHA3-256(x)= {SUM}", "a checksum of SHA3-256"),
        (f"SHA512/256 (x) = {SUM}", "a checksum of SHA512/256"),
        (f"BLAKE2s256 (x) = {SUM}", "a checksum of BLAKE2s256"),
        (f"SHA1            {SUM[:40]}       D:\\x", "a checksum of SHA1"),
        (f"Algorithm : SHA512\nHash      : {SUM}", "a checksum of SHA512"),
        (f"{SUM}  a.dump\n{'ab' * 32}  b.dump", f"{SUM[:12]}… and abababababab…"),
        # As a browser pastes them into one line.
        (f"{SUM}  a.dump {'ab' * 32}  b.dump", f"{SUM[:12]}… and abababababab…"),
        (f"sha256:{SUM} sha256:{'ab' * 32}", f"{SUM[:12]}… and abababababab…"),
        (f"SHA256 (a) = {SUM} SHA256 (b) = {'ab' * 32}", f"{SUM[:12]}…"),
    ],
)
def test_what_is_no_sha256_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read(text)
    assert sentence in str(caught.value)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(ValueError):
        assert len(read(text)) == 64


@given(st.text("0123456789abcdefABCDEF", min_size=64, max_size=64))
def test_a_checksum_reads_itself(text: str) -> None:
    assert read(text) == text.lower() == read(read(text))
