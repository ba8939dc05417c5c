"""What a job does and what came of it, in words."""

from __future__ import annotations

from collections.abc import Mapping

from api.incidents.bulk import Action, JobState, Outcome
from web.i18n import Language, Text, text

# ``about``: the colleague's name, or the state's label.
SENTENCE: Mapping[Action, Text] = {
    "assign": text("Transmettre à {about}", "Hand over to {about}"),
    "release": text("Rendre à tous", "Give back to everybody"),
    "move": text("Passer à l’état « {about} »", "Move to “{about}”"),
    "remind": text("Relancer qui doit répondre", "Remind who is to answer"),
}
STATE: Mapping[JobState, Text] = {
    "running": text("En cours", "Running"),
    "done": text("Terminé", "Done"),
    "cancelled": text("Arrêté", "Stopped"),
}
OUTCOME: Mapping[Outcome, Text] = {
    "waiting": text("À venir", "To come"),
    "done": text("Fait", "Done"),
    "unchanged": text("Inchangé", "Unchanged"),
    "refused": text("Refusé", "Refused"),
    "failed": text("Échec", "Failed"),
    "cancelled": text("Non traité", "Not handled"),
}
DONE: Mapping[Action, Text] = {
    "assign": text("Transmis à {about}.", "Handed over to {about}."),
    "release": text("Rendu à tous.", "Given back to everybody."),
    "move": text("Passé à l’état « {about} ».", "Moved to “{about}”."),
    "remind": text("Relancé.", "Reminded."),
}
UNCHANGED: Mapping[Action, Text] = {
    "assign": text("{about} l’a déjà.", "{about} has it already."),
    "release": text("Il n’est à personne.", "It is nobody’s."),
    "move": text("Il est déjà à l’état « {about} ».", "It is “{about}” already."),
    # A second reminder is refused, and says when the first one was.
    "remind": text("Déjà relancé.", "Reminded already."),
}
FAILED = text(
    "Une difficulté technique l’a empêché ; rien n’a changé. Réessayez sur l’incident.",
    "A technical difficulty prevented it; nothing has changed. Try again on the incident.",
)
# What would happen, of one incident and of several.
WOULD: Mapping[Action, tuple[Text, Text]] = {
    "assign": (
        text("1 incident sera transmis à {about}.", "1 incident will be handed over to {about}."),
        text("{count} incidents seront transmis à {about}.", "{count} incidents will be handed over to {about}."),
    ),
    "release": (
        text("1 incident, qui est à vous, sera rendu à tous.", "1 incident, which is yours, will be given back."),
        text(
            "{count} incidents, qui sont à vous, seront rendus à tous.",
            "{count} incidents, which are yours, will be given back.",
        ),
    ),
    "move": (
        text("1 incident passera à l’état « {about} ».", "1 incident will move to “{about}”."),
        text("{count} incidents passeront à l’état « {about} ».", "{count} incidents will move to “{about}”."),
    ),
    "remind": (
        text("La réponse attendue sera rappelée pour 1 incident.", "1 reminder will be given of an awaited answer."),
        text(
            "Les réponses attendues seront rappelées pour {count} incidents.",
            "Reminders will be given of the answers awaited on {count} incidents.",
        ),
    ),
}
STAY = (
    text("1 incident est déjà ainsi et ne changera pas.", "1 incident is so already and will not change."),
    text("{count} incidents sont déjà ainsi et ne changeront pas.", "{count} are so already and will not change."),
)
REFUSED: Mapping[Action, tuple[Text, Text]] = {
    "assign": (
        text(
            "1 incident, qu’un collègue a déjà, sera refusé faute de note.",
            "1 incident that a colleague has will be refused for want of a note.",
        ),
        text(
            "{count} incidents, que des collègues ont déjà, seront refusés faute de note.",
            "{count} incidents that colleagues have will be refused for want of a note.",
        ),
    ),
    "release": (
        text("1 incident n’est pas à vous et sera refusé.", "1 incident is not yours and will be refused."),
        text("{count} incidents ne sont pas à vous et seront refusés.", "{count} are not yours and will be refused."),
    ),
    "move": (
        text(
            "1 incident sera refusé : cet état ne suit pas le sien.",
            "1 incident will be refused: that state does not follow its own.",
        ),
        text(
            "{count} incidents seront refusés : cet état ne suit pas le leur.",
            "{count} incidents will be refused: that state does not follow theirs.",
        ),
    ),
    "remind": (
        text(
            "1 incident sera refusé : aucune réponse n’y est attendue, ou le rappel date de moins d’un jour.",
            "1 incident will be refused: no answer is awaited on it, or it was reminded of less than a day ago.",
        ),
        text(
            "{count} incidents seront refusés : aucune réponse n’y est attendue, ou le rappel date de moins d’un jour.",
            "{count} will be refused: no answer is awaited on them, or they were reminded of less than a day ago.",
        ),
    ),
}
GONE = (
    text("1 incident n’existe pas.", "1 incident does not exist."),
    text("{count} incidents n’existent pas.", "{count} incidents do not exist."),
)
TOLD = text(
    "Chaque personne concernée recevra un seul avis pour l’ensemble.",
    "Each person concerned will be told once, of all of it.",
)


def counted(words: tuple[Text, Text], count: int, language: Language, about: str = "") -> str:
    return words[count != 1][language].format(count=count, about=about)


def both(words: Text, about: Text | str = "") -> dict[str, str]:
    """In both languages, as a row keeps them."""
    named: Mapping[Language, str] = {"fr": about, "en": about} if isinstance(about, str) else about
    return {"said_fr": words["fr"].format(about=named["fr"]), "said_en": words["en"].format(about=named["en"])}
