"""What is refused where second factors are concerned, and why."""

from __future__ import annotations

from web.errors import Conflict, NotFound, Problem
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


class SecondFactorToAdd(Problem):
    """The password was right, the organisation asks for a second factor, and the person has none. ``second_step`` is
    the token of ``POST /auth/second-step/application``, good for ``expires_in`` seconds."""

    status = 401
    code = "second_factor_to_add"
    keeps_changes = True
    message = text(
        "Votre société demande un second facteur : ajoutez une application d’authentification pour vous connecter.",
        "Your organisation asks for a second factor: add an authenticator application to log in.",
    )


class SecondFactorRequired(Conflict):
    code = "second_factor_required"
    message = text(
        "Votre société demande un second facteur : changez d’application plutôt que de la retirer.",
        "Your organisation asks for a second factor: change the application instead of removing it.",
    )


class OwnFactorFirst(Conflict):
    code = "own_factor_first"
    message = text(
        "Ajoutez d’abord un second facteur à votre propre compte.", "Add a second factor to your own account first."
    )


class PersonWithoutFactor(Conflict):
    code = "person_without_factor"
    message = text("Cette personne n’a pas de second facteur.", "This person has no second factor.")


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


class NotSoleAdministrator(Conflict):
    code = "not_sole_administrator"
    message = text(
        "Cette personne n’est pas la seule administratrice active d’un revendeur ou d’un client : un administrateur de "
        "sa société peut remettre à zéro ses seconds facteurs.",
        "This person is not the only active administrator of a reseller or client: an administrator of the organisation"
        " can reset the second factors.",
    )


class RescuePending(Conflict):
    code = "rescue_pending"
    message = text(
        "Un secours est déjà demandé pour cette personne.", "A rescue has been asked for this person already."
    )


class RescueOver(Conflict):
    code = "rescue_over"
    message = text(
        "Ce secours est déjà décidé, ou a attendu trop longtemps.",
        "This rescue is decided already, or waited too long.",
    )


class SecondPersonNeeded(Conflict):
    code = "second_person_needed"
    message = text(
        "Un secours se confirme par une autre personne que celle qui l’a demandé.",
        "A rescue is confirmed by another person than the one who asked for it.",
    )


class RescueNotFound(NotFound):
    code = "rescue_not_found"


class PasskeyRefused(Conflict):
    """The challenge is used up, whatever was wrong; it is audited."""

    code = "passkey_refused"
    keeps_changes = True
    message = text(
        "Cette clé d’accès n’a pas été acceptée. Réessayez, ou utilisez un autre moyen.",
        "This passkey was not accepted. Try again, or use another way.",
    )


class TooManyPasskeys(Conflict):
    code = "too_many_passkeys"
    message = text(
        "Vous avez déjà {most} clés d’accès : retirez-en une d’abord.",
        "You have {most} passkeys already: remove one first.",
    )


class PasskeyNotFound(NotFound):
    code = "passkey_not_found"


class NoPasskey(Conflict):
    code = "no_passkey"
    message = text("Ce compte n’a pas de clé d’accès.", "This account has no passkey.")
