"""What the identity service refuses, and why."""

from __future__ import annotations

from web.errors import Conflict, NotFound, Problem
from web.i18n import text


class LoginRefused(Problem):
    """One answer for an unknown login, a wrong password, a disabled user and a closed portal; it is audited."""

    status = 401
    code = "login_refused"
    message = text("Identifiant ou mot de passe incorrect.", "Wrong login or password.")
    keeps_changes = True


class LogInByMail(Problem):
    """The account is being guessed at from many addresses: an unknown device goes by the mailbox, whether or not the
    password is right and whether or not there is such an account."""

    status = 429
    code = "log_in_by_mail"
    keeps_changes = True
    message = text(
        "Ce compte fait l’objet de trop de tentatives. Un lien vient d’être envoyé à son adresse e-mail pour choisir un"
        " nouveau mot de passe et vous connecter.",
        "Too many attempts were made on this account. A link was sent to its e-mail address to choose a new password"
        " and log in.",
    )


class SessionOver(Problem):
    """The session is unknown, over or revoked; a reused refresh token has just revoked it."""

    status = 401
    code = "session_over"
    message = text("Votre session est terminée. Reconnectez-vous.", "Your session is over. Log in again.")
    keeps_changes = True


class LinkInvalid(Conflict):
    code = "link_invalid"
    message = text(
        "Ce lien n’est plus valable. Demandez-en un nouveau.", "This link is no longer good. Ask for another."
    )


class WrongPassword(Conflict):
    code = "wrong_password"
    message = text("Le mot de passe actuel est incorrect.", "The current password is wrong.")


class PasswordNeeded(Conflict):
    code = "password_needed"
    message = text(
        "Pour changer d’identifiant ou d’adresse e-mail, saisissez votre mot de passe actuel.",
        "To change your login or e-mail address, enter your current password.",
    )


class NoPendingAddress(Conflict):
    code = "no_pending_address"
    message = text("Aucune adresse e-mail n’attend de confirmation.", "No e-mail address waits to be confirmed.")


class DisabledAddress(Conflict):
    code = "disabled_address"
    message = text(
        "Rétablissez l’accès de cette personne avant de changer son adresse e-mail.",
        "Enable this person’s access before you change the e-mail address.",
    )


class PasswordRefused(Problem):
    """The base of what a new password must not be."""

    status = 422
    code = "password_refused"


class PasswordTooShort(PasswordRefused):
    code = "password_too_short"
    message = text(
        "Choisissez un mot de passe d’au moins {minimum} caractères.",
        "Choose a password of {minimum} characters or more.",
    )


class PasswordTooCommon(PasswordRefused):
    code = "password_too_common"
    message = text(
        "Ce mot de passe est trop courant, ou fait de votre nom ou de celui de votre société : choisissez-en un autre.",
        "This password is too common, or made of your name or your organisation’s: choose another.",
    )


class PasswordNamesUser(PasswordRefused):
    code = "password_names_user"
    message = text(
        "Le mot de passe ne doit pas reprendre l’identifiant ni l’adresse e-mail.",
        "The password must not be the login or the e-mail address.",
    )


class LoginTaken(Conflict):
    code = "login_taken"
    message = text("L’identifiant {login} est déjà pris.", "The login {login} is taken.")


class LastAdministrator(Conflict):
    code = "last_administrator"
    message = text(
        "Il doit rester au moins un administrateur actif dans la société.",
        "The organisation must keep at least one active administrator.",
    )


class OwnAccount(Conflict):
    code = "own_account"
    message = text(
        "Votre propre compte ne se modifie pas ici : vos informations se changent dans votre profil, votre rôle et"
        " votre accès par un autre administrateur.",
        "Your own account is not changed here: your details are changed in your profile, your role and your access by"
        " another administrator.",
    )


class NotInvited(Conflict):
    code = "not_invited"
    message = text("Ce compte n’attend pas d’activation.", "This account is not waiting for activation.")


class AccountExists(Conflict):
    """One person has one account per organisation, known by the e-mail address."""

    code = "account_exists"
    message = text(
        "Cette adresse a déjà un compte dans cette société : identifiant {login}.",
        "This address has an account in this organisation already: log-in {login}.",
    )


class AccountDisabled(Conflict):
    code = "account_disabled"
    message = text(
        "Cette adresse a un compte désactivé dans cette société : un administrateur de la société peut le réactiver "
        "(identifiant {login}).",
        "This address has a disabled account in this organisation: an administrator of it can enable it again "
        "(log-in {login}).",
    )


class NeverActivated(Conflict):
    code = "never_activated"
    message = text(
        "Ce compte n’a pas encore de mot de passe : envoyez une nouvelle invitation.",
        "This account has no password yet: send a new invitation.",
    )


class PortalClosed(Conflict):
    code = "portal_closed"
    message = text("L’accès de ce client au portail est fermé.", "This client’s access to the portal is closed.")


class RequestAlreadyDecided(Conflict):
    code = "request_already_decided"
    message = text("Cette demande a déjà été traitée.", "This request has been decided already.")


class ClientOfAnotherReseller(Conflict):
    code = "client_of_another_reseller"
    message = text(
        "Le client {client} appartient à un autre revendeur.", "Client {client} belongs to another reseller."
    )


class ClientKnown(Conflict):
    """``clients`` names those of the reseller that have the name or the address already."""

    code = "client_known"
    message = text(
        "Un client a déjà ce nom ou cette adresse. Vérifiez, puis confirmez s’il s’agit d’un autre.",
        "A client has that name or address already. Check, then confirm that this is another one.",
    )


class UnknownReseller(Conflict):
    code = "unknown_reseller"
    message = text("Le revendeur {reseller} n’est pas connu.", "Reseller {reseller} is not known.")


class UserNotFound(NotFound):
    code = "user_not_found"


class OrganisationNotFound(NotFound):
    code = "organisation_not_found"


class AddressNotFound(NotFound):
    code = "address_not_found"


class SessionNotFound(NotFound):
    code = "session_not_found"


class RequestNotFound(NotFound):
    code = "sign_up_request_not_found"


class OAuthRefused(Problem):
    """A refusal of the token endpoint; ``error`` is RFC 6749's word, beside the members of problem+json."""

    error: str

    def __init__(self, **members: object) -> None:
        super().__init__(headers={"Pragma": "no-cache"}, error=self.error, **members)


class InvalidClient(OAuthRefused):
    status = 401
    code = error = "invalid_client"
    keeps_changes = True
    message = text("Compte de service inconnu ou secret incorrect.", "Unknown service account or wrong secret.")

    def __init__(self) -> None:
        super().__init__()
        self.headers["WWW-Authenticate"] = 'Basic realm="oauth"'


class InvalidTokenRequest(OAuthRefused):
    status = 400
    code = error = "invalid_request"
    message = text("La demande de jeton est incomplète.", "The token request is incomplete.")


class UnsupportedGrantType(OAuthRefused):
    status = 400
    code = error = "unsupported_grant_type"
    message = text("Seul grant_type=client_credentials est accepté.", "Only grant_type=client_credentials is accepted.")


class InvalidScope(OAuthRefused):
    status = 400
    code = error = "invalid_scope"
    message = text(
        "Ce compte de service n’a pas les droits demandés.", "This service account does not hold the scopes asked for."
    )


class KeyTooYoung(Exception):
    """The next signing key has not been published long enough: its tokens might be refused somewhere."""
