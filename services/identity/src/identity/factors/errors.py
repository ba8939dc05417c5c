"""What is refused where second factors are concerned, and why."""

from __future__ import annotations

from web.errors import Conflict, Problem
from web.i18n import text


class SecondFactorNeeded(Problem):
    """The password was right. ``second_step`` is the token of ``POST /auth/second-step``, good for ``expires_in``
    seconds."""

    status = 401
    code = "second_factor_needed"
    keeps_changes = True
    message = text(
        "Ce compte demande un second facteur : indiquez le code de votre application, ou un code de secours.",
        "This account asks for a second factor: give the code of your application, or a recovery code.",
    )


class SecondStepOver(Conflict):
    """The waiting log-in is unknown, used or too old."""

    code = "second_step_over"
    message = text(
        "Cette connexion a attendu trop longtemps. Saisissez de nouveau votre mot de passe.",
        "This log-in waited too long. Enter your password again.",
    )


class WrongCode(Conflict):
    """It is audited."""

    code = "wrong_code"
    keeps_changes = True
    message = text(
        "Ce code est incorrect ou a déjà servi. Attendez le suivant, ou utilisez un code de secours.",
        "This code is wrong or was used before. Wait for the next one, or use a recovery code.",
    )


class CodeNeeded(Conflict):
    code = "code_needed"
    message = text(
        "Indiquez aussi le code de votre application, ou un code de secours.",
        "Give the code of your application, or a recovery code, as well.",
    )


class ProofNeeded(Conflict):
    """``POST /me/proof`` first, with the password and a second factor."""

    code = "proof_needed"
    message = text(
        "Confirmez d’abord que c’est bien vous : mot de passe, et second facteur si vous en avez un.",
        "Confirm first that it is you: password, and second factor if you have one.",
    )


class NoEnrolment(Conflict):
    code = "no_enrolment"
    message = text(
        "Ce code QR n’est plus valable. Demandez-en un nouveau.", "This QR code is no longer good. Ask for another."
    )


class NoSecondFactor(Conflict):
    code = "no_second_factor"
    message = text(
        "Ajoutez d’abord un second facteur : les codes de secours le remplacent quand il manque.",
        "Add a second factor first: recovery codes stand in for it.",
    )
