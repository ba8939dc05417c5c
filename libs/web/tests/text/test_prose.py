"""By which words a text is found, what a query asks of it, and what is shown of it."""

from __future__ import annotations

import pytest

from web.text import prose


def finds(query: str, text: str) -> bool:
    """As the database does without stems: each word of the query begins a word of the text."""
    kept, wanted = prose.lexemes(text), prose.asked(query)
    return bool(wanted) and all(any(each.startswith(word) for each in kept) for word in wanted)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("ONDULEUR", "L’onduleur ne démarre plus"),
        ("l'onduleur", "un onduleur neuf"),
        ("demarre", "Il démarre."),
        ("ondul", "Les onduleurs"),
        ("ts131k", "un TS-131K en panne"),
        ("TS 131K", "un ts131k"),
        ("ts131k", "un TS 131K"),
        ("q207b17555", "n° Q207 B17555"),
        ("Q207-B17555", "(Q207B17555)"),
        ("17555", "le Q207B17555"),
        ("photo", "IMG_2023-photo_01.jpg"),
        ("jpg", "IMG_2023-photo_01.jpg"),
        ("09/12/2023", "livré le 9 décembre 2023"),
        ("9 décembre 2023", "livré le 09/12/2023."),
        ("9/12/23", "livré le 9/12/2023"),
        ("01 23 45 67 89", "au 0123456789"),
        ("0123456789", "au 01 23 45 67 89, merci"),
        ("+33 1 23 45 67 89", "au 01.23.45.67.89"),
        ("0033123456789", "au 01 23 45 67 89"),
        ("noeud", "le Nœud"),
        ("client_test@sqp.fr", "écrire à client_test@sqp.fr"),
        ("je ne sais pas quoi faire de ce disque en panne", "quoi faire ? Je sais : le disque est en panne"),
    ],
)
def test_a_text_is_found_whatever_the_notation(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(("query", "text"), [("disque", "le rack"), ("onduleur disque", "un onduleur"), ("12", "123")])
def test_a_text_lacks_what_it_does_not_hold(query: str, text: str) -> None:
    assert not (prose.asked(query) and all(_held(word, text) for word in prose.asked(query)))


def _held(word: str, text: str) -> bool:
    kept = prose.lexemes(text)
    return word in kept or (len(word) >= prose.SHORTEST_BEGINNING and any(each.startswith(word) for each in kept))


@pytest.mark.parametrize("query", ["", "de la", "L’", "%_", "???", "'", "\\", "l'"])
def test_a_query_without_a_telling_word_asks_nothing(query: str) -> None:
    assert prose.asked(query) == []


def test_a_query_asks_for_eight_words_at_most_and_for_none_with_a_sign_in_it() -> None:
    assert len(prose.asked(" ".join(f"mot{place}" for place in range(20)))) == 8
    assert all(word.isalnum() for word in prose.asked("a'b:* & c | !d (e) <-> 'f' \\g \"h\""))


def test_a_huge_text_has_bounded_words_and_is_read_in_time() -> None:
    assert max(map(len, prose.lexemes("x" * 10_000 + " " + "é" * 9_000))) == prose.LONGEST
    assert prose.lexemes("1 " * 5_000)
    assert prose.lexemes("\n".join(f"2026-05-01 0{i % 10}:22:33 01 23 45 67 {i % 90 + 10} err" for i in range(250)))


def shown(value: str, query: str) -> str:
    pieces = prose.excerpt(value, prose.asked(query), lambda part, word: (part, word) == ("batteries", "batterie"))
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("query", "value", "excerpt"),
    [
        ("onduleur", "L’onduleur, et\nl’ONDULEUR !", "L’[onduleur], et l’[ONDULEUR] !"),
        ("demarre", "Il ne démarre pas", "Il ne [démarre] pas"),
        ("ts131k", "un TS-131K.", "un [TS-131K]."),
        ("batterie", "deux batteries", "deux [batteries]"),
        ("17555", "le Q207B17555,", "le [Q207B17555],"),
        ("rien", "un texte", "un texte"),
    ],
)
def test_an_excerpt_marks_what_was_found(query: str, value: str, excerpt: str) -> None:
    assert shown(value, query) == excerpt


def test_an_excerpt_of_a_long_text_begins_near_the_words_that_stand_together() -> None:
    filler = "lorem ipsum " * 100
    text = shown(f"{filler}disque {filler}un disque dur {filler}", "disque dur")
    assert "un [disque] [dur]" in text
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) < prose.EXCERPT + 20


def test_the_excerpt_of_a_word_over_and_over_takes_no_longer_than_that_of_others() -> None:
    asked: list[str] = []

    def is_alike(part: str, _: str) -> bool:
        asked.append(part)
        return False

    pieces = prose.excerpt("zébu gnou " * 1000, ["zebu"], is_alike)
    assert pieces[0] == prose.Piece("zébu", is_hit=True)
    assert len(asked) < 2 * prose.MOST_HITS
