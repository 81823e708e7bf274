"""Letters of other scripts that look like one of ASCII: a small part of the table of confusables of
Unicode Technical Standard 39 (single letters of the scripts that share most with Latin)."""

from __future__ import annotations

#: A letter, and the sign of ASCII that it looks like.
LOOK_ALIKE: dict[str, str] = {
    # Cyrillic
    **dict(
        zip(
            "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u04bb\u0456\u0458\u04cf",
            "aeopcyxhijl",
            strict=True,
        )
    ),
    **dict(
        zip(
            "\u0455\u0501\u051b\u051d\u0475\u0433\u04af\u0410\u0412\u0415\u041a",
            "sdqwvryABEK",
            strict=True,
        )
    ),
    **dict(
        zip(
            "\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405",
            "MHOPCTYXIJS",
            strict=True,
        )
    ),
    **dict(zip("\u050c\u051a\u051c\u04ae\u04c0\u0474\u0417\u0431\u042c", "GQWYIV36b", strict=True)),
    # Greek
    **dict(
        zip(
            "\u03b1\u03b3\u03b9\u03bd\u03bf\u03c1\u03c3\u03c5\u03f2\u03f3\u0391",
            "ayivopoucjA",
            strict=True,
        )
    ),
    **dict(
        zip(
            "\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4",
            "BEZHIKMNOPT",
            strict=True,
        )
    ),
    **dict(zip("\u03a5\u03a7\u03f9", "YXC", strict=True)),
    # Armenian
    **dict(
        zip(
            "\u0585\u0578\u057d\u0570\u0581\u0566\u0575\u054d\u0555\u053c\u054f",
            "onuhgqjUOLS",
            strict=True,
        )
    ),
    # Cherokee
    **dict(
        zip(
            "\u13a0\u13a1\u13a2\u13aa\u13ab\u13ac\u13b3\u13b7\u13bb\u13c0\u13c3",
            "DRTAJEWMHGZ",
            strict=True,
        )
    ),
    **dict(zip("\u13ce\u13d9\u13de\u13df\u13e2\u13f4\u13e6\u13a5", "SVLCPBKi", strict=True)),
    # Lisu
    **dict(
        zip(
            "\ua4d0\ua4d1\ua4d3\ua4d4\ua4d6\ua4d7\ua4d9\ua4da\ua4dc\ua4dd\ua4df",
            "BPDTGKJCZFM",
            strict=True,
        )
    ),
    **dict(
        zip(
            "\ua4e0\ua4e1\ua4e2\ua4e3\ua4e6\ua4e7\ua4ea\ua4eb\ua4ec\ua4ee\ua4f0",
            "NLSRVHWXYAE",
            strict=True,
        )
    ),
    **dict(zip("\ua4f2\ua4f3\ua4f4", "IOU", strict=True)),
    # Coptic
    **dict(
        zip(
            "\u2c9f\u2ca3\u2ca5\u2cad\u2c9e\u2ca2\u2ca4\u2cac\u2c8e\u2c94\u2c98",
            "opcxOPCXHKM",
            strict=True,
        )
    ),
    **dict(zip("\u2c9a\u2ca6\u2ca8", "NTY", strict=True)),
}
