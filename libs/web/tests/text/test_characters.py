"""What is seen stays, what is not seen goes, and nothing is cut in the middle of a sign."""

from __future__ import annotations

import unicodedata

import pytest

from web.text import characters

WHOLE = {
    "family": "👨‍👩‍👧‍👦",
    "rainbow flag": "🏳️‍🌈",
    "flag of England": "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "flag of France": "🇫🇷",
    "keycap": "1️⃣",
    "skin tone and trade": "👩🏽‍⚕️",
    "heart on fire": "❤️‍🔥",
    "text presentation": "☎︎",
    "ideographic variant": "葛󠄀",
    "Malayalam chillu": "ന്‍",
    "Hindi conjunct": "क्‍ष",
    "accent without composed form": "m̂",
}
KEPT_WORDS = ["می‌خواهم", "ℹ️ Voir", "Établissements Dubœuf & Fils", "Panne – volume 2", "«\xa0Série\xa0»"]
UNSEEN = [*"\x00\x07\x08\x7f\x80\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e"]
UNSEEN += [*"\u2060\u2066\u2069\u2800\u3164\ufe0f\ufeff\uffa0\ufffb\uffff\U0001d173\U000e0001\U000e0041\U000e0100"]


@pytest.mark.parametrize("sign", WHOLE.values(), ids=WHOLE)
def test_a_sign_of_several_characters_stays_whole(sign: str) -> None:
    assert characters.visible(f"a{sign}b") == f"a{sign}b"
    assert characters.paragraphs(sign) == sign
    cuts = {characters.cut(f"a{sign}b", length) for length in range(1, len(sign) + 3)}
    assert cuts == {"a", f"a{sign}", f"a{sign}b"}


@pytest.mark.parametrize("word", KEPT_WORDS)
def test_a_word_keeps_what_its_language_writes(word: str) -> None:
    assert characters.paragraphs(word) == word


@pytest.mark.parametrize("character", UNSEEN, ids=ascii)
def test_what_is_not_seen_goes(character: str) -> None:
    assert characters.visible(f"{character}TS{character}131{character}") == "TS131"
    assert characters.plain(f"T{character}S") == "TS"
    assert characters.is_blank(character)
    assert characters.is_blank(f" \u3000{character * 3}\n")


@pytest.mark.parametrize("value", ["x", "0", "\ue000", "🇫🇷", "é", "-", "…"])
def test_what_is_seen_is_not_blank(value: str) -> None:
    assert not characters.is_blank(value)


@pytest.mark.parametrize("value", ["", "\u0301", "\u00a0\u0301", "\u200d\ufe0f"])
def test_marks_and_joiners_alone_are_blank(value: str) -> None:
    assert characters.is_blank(value)


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ("un\vdeux\fdouze", "un\ndeux\ndouze"),
        ("a\x85b\u2028c\u2029d\r\ne\rf", "a\nb\nc\nd\ne\nf"),
        ("\x1b[1;31merreur\x1b[0m md0", "erreur md0"),
        ("\x1b]0;root@nas\x07# mdadm", "# mdadm"),
        ("\x1b]8;;https://x.example\x1b\\lien\x1b]8;;\x1b\\", "lien"),
        ("\x1b(Bok \x1b=\x1b[?25l\x9b2Jfin", "ok fin"),
        ("\x1bPq#0;2;0\x1b\\image", "image"),
        ("\x1b]sans fin\nla suite", "la suite"),
        ("coupé\x1b", "coupé"),
        ("\u202aC:\\Users\u202c \u2066ok\u2069", "C:\\Users ok"),
        ("e\u0301te\u0301", "été"),
        ("TS\u2011131K – x", "TS-131K – x"),
        (" \u00a0 bord \u200b ", "bord"),
        ("  indenté\n\tsuite", "indenté\n\tsuite"),
    ],
)
def test_paragraphs_keep_what_people_paste(pasted: str, stored: str) -> None:
    assert characters.paragraphs(pasted) == stored
    assert characters.paragraphs(stored) == stored


def test_a_line_has_plain_spaces_and_hyphens() -> None:
    assert characters.line("\ufeffSARL\u00a0Dupont\u202f&\t\tFils\u2011Paris") == "SARL Dupont & Fils-Paris"
    assert characters.line("a\vb\u2028c\x85 d\f") == "a b c d"
    assert characters.line("a\r\nb") == "a\nb"


def test_look_alikes_compare_equal() -> None:
    for value in ("TS-131K", "TS\u2011131K", "TS–131K", "TS−131K", "T\u200bS—131K", "\x1b[1mTS‐131K\x1b[0m"):
        assert characters.plain(value) == "TS-131K"
    for value in ("l'été", "l’été", "l‘été", "lʼété", "l´été"):
        assert characters.plain(value) == "l'été"


def test_cutting_keeps_pairs_of_flags() -> None:
    flags = "🇫🇷🇪🇺🇩🇪"
    assert [characters.cut(flags, n) for n in range(7)] == ["", "", "🇫🇷", "🇫🇷", "🇫🇷🇪🇺", "🇫🇷🇪🇺", flags]
    assert characters.cut("abc", 2) == "ab"


def test_a_long_text_of_invisible_characters_is_read_in_linear_time() -> None:
    assert characters.paragraphs("\u200d\ufe0f" * 500_000) == ""
    assert characters.paragraphs("\x1b]" * 300_000) == ""


@pytest.mark.parametrize("mark", ["\u0335", "\u0301", "\u20dd", "\u0e49", "\u0903"], ids=ascii)
def test_a_letter_has_at_most_thirty_marks(mark: str) -> None:
    stored = characters.paragraphs(f"Z{mark * 3000} a{mark * 3}b\n" * 3)
    assert stored.count(mark) <= 3 * (characters.MOST_MARKS + 3)
    assert stored.count("\n") == 2
    assert stored.endswith(unicodedata.normalize("NFC", f"a{mark * 3}b"))
    assert characters.paragraphs(stored) == stored
    assert characters.cut(stored, 60).strip()


@pytest.mark.parametrize("endless", ["👩\u200d" * 500 + "👩", "👍" + "🏽" * 500, "क्" * 500, "Z" + "\u0301" * 500])
def test_a_sign_without_an_end_is_cut(endless: str) -> None:
    assert 60 <= len(characters.cut(endless, 100)) <= 100


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@pytest.mark.parametrize(
    "run",
    ["\u0301" * 50_000 + "\u0316" * 50_000, "\u0f71\u0f72\u0f74" * 30_000, ("\u0301" * 20 + "\uff9e") * 5_000],
    ids=["two orders", "vowels", "kana"],
)
def test_marks_are_bounded_before_they_are_sorted(form: characters.Form, run: str) -> None:
    kept = characters.normalized(form, f"a{run}")
    assert kept.startswith(("á", "a"))
    assert len(kept) <= 2 * characters.MOST_MARKS
