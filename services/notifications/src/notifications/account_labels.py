"""The words of e-mails about an account, French and English. :mod:`notifications.labels` puts them together."""

from __future__ import annotations

from notifications import factor_labels
from notifications.notification_types import EmailKind
from web.i18n import Text, text

TITLES: dict[EmailKind, Text] = {
    "account_invited": text("[Votre compte] Choisissez votre mot de passe", "[Your account] Choose your password"),
    "password_reset": text("[Mot de passe] Choisissez un nouveau mot de passe", "[Password] Choose a new password"),
    "email_change": text("[Adresse e-mail] Confirmez votre nouvelle adresse", "[E-mail] Confirm your new address"),
    "email_change_announced": text(
        "[Adresse e-mail] Votre adresse va être remplacée", "[E-mail] Your address is about to be replaced"
    ),
    "password_changed": text("[Mot de passe] Votre mot de passe a été changé", "[Password] Your password was changed"),
    "login_changed": text("[Identifiant] Votre identifiant a été changé", "[Log-in] Your log-in was changed"),
    **factor_labels.TITLES,
    "rescue_granted": text("[Votre compte] Le lien pour revenir", "[Your account] The link to come back"),
}
HAS_ACCOUNT = text("[Votre compte] Vous avez déjà un compte", "[Your account] You have an account already")

BUTTONS: dict[EmailKind, Text] = {
    "account_invited": text("Choisir mon mot de passe", "Choose my password"),
    "password_reset": text("Choisir un nouveau mot de passe", "Choose a new password"),
    "email_change": text("Confirmer mon adresse", "Confirm my address"),
    "email_change_announced": text("Annuler ce changement", "Take the change back"),
    "password_changed": text("Choisir un nouveau mot de passe", "Choose a new password"),
    "login_changed": text("Choisir un nouveau mot de passe", "Choose a new password"),
    **dict.fromkeys(factor_labels.TITLES, factor_labels.BUTTON),
    "rescue_granted": text("Choisir un nouveau mot de passe", "Choose a new password"),
}

BODIES: dict[str, Text] = {
    "reseller_account": text(
        "Un compte a été créé pour {organisation_name} sur la plateforme de gestion des contrats de service.",
        "An account was created for {organisation_name} on the service contract platform.",
    ),
    "invitation": text(
        "Un compte vous attend, pour {organisation_name}, sur la plateforme de gestion des contrats de service.",
        "An account awaits you, for {organisation_name}, on the service contract platform.",
    ),
    "invitation_by_others": text(
        "{invited_by} vous donne accès, pour {organisation_name}, à la plateforme de gestion des contrats de service.",
        "{invited_by} gives you access, for {organisation_name}, to the service contract platform.",
    ),
    "invitation_by_colleagues": text(
        "{organisation_name} vous donne accès à la plateforme de gestion des contrats de service.",
        "{organisation_name} gives you access to the service contract platform.",
    ),
    "client_sign_up": text(
        "Vous avez demandé un accès à la plateforme de gestion des contrats de service pour {organisation_name}.",
        "You asked for access to the service contract platform for {organisation_name}.",
    ),
    "password_reset": text(
        "Vous avez demandé un nouveau mot de passe pour l’identifiant {login}.",
        "You asked for a new password for the log-in {login}.",
    ),
    "account_exists": text(
        "Vous avez demandé un accès pour {organisation_name}, et vous avez déjà un compte : connectez-vous avec "
        "l’identifiant {login}. Si vous avez oublié votre mot de passe, choisissez-en un autre ici.",
        "You asked for access for {organisation_name}, and you have an account already: log in as {login}. If you "
        "forgot your password, choose another one here.",
    ),
    "email_change": text(
        "Cette adresse doit devenir celle de l’identifiant {login}. Elle ne compte qu’une fois confirmée.",
        "This address is to become that of the log-in {login}. It counts once it is confirmed.",
    ),
    "email_change_announced": text(
        "L’adresse de l’identifiant {login} va être remplacée par {new_email}, une fois celle-ci confirmée.",
        "The address of the log-in {login} will be replaced by {new_email} once that one is confirmed.",
    ),
    "password_changed": text(
        "Le mot de passe de l’identifiant {login} a été changé le {day} à {hour}.",
        "The password of the log-in {login} was changed on {day} at {hour}.",
    ),
    "login_changed": text(
        "Votre identifiant est {login} depuis le {day} à {hour}. Votre mot de passe reste le même.",
        "Your log-in is {login} since {day} at {hour}. Your password stays as it is.",
    ),
    **factor_labels.BODIES,
    "rescue_granted": text(
        "Deux personnes de SQP ont confirmé que vous avez perdu le second facteur du compte {login}. Avec ce lien vous "
        "choisissez un nouveau mot de passe ; vos seconds facteurs sont retirés et vos sessions fermées.",
        "Two people of SQP confirmed that you lost the second factor of the account {login}. With this link you choose "
        "a new password; your second factors are removed and your sessions ended.",
    ),
}
# The sentence that goes with each reason of a reset.
RESETS = {"forgotten": "password_reset", "account_exists": "account_exists"}

YOUR_LOGIN = text("Votre identifiant : {login}", "Your log-in: {login}")
GOOD_UNTIL = text(
    "Ce lien est valable une seule fois, jusqu’au {day} à {hour}.", "This link is good once, until {day} at {hour}."
)
NOT_YOU_RESET = text(
    "Si vous n’avez rien demandé, ignorez ce message : votre mot de passe ne change pas.",
    "If you asked for nothing, ignore this message: your password stays as it is.",
)
NOT_YOU_CHANGE = text(
    "Si vous n’avez rien demandé, ignorez ce message : l’adresse ne change pas.",
    "If you asked for nothing, ignore this message: the address stays as it is.",
)
NOT_YOU_ANNOUNCED = text(
    "Si c’est bien vous, il n’y a rien à faire. Sinon, annulez : votre adresse reste celle-ci, même si l’autre vient "
    "d’être confirmée, vos sessions sont fermées et vous choisissez un nouveau mot de passe.",
    "If this was you, there is nothing to do. If not, take the change back: your address stays this one even if the "
    "other was confirmed, your sessions are ended and you choose a new password.",
)
NOT_YOU_CREDENTIALS = text(
    "Si ce n’est pas vous, choisissez aussitôt un nouveau mot de passe : toutes vos sessions seront fermées.",
    "If this was not you, choose a new password at once: all your sessions will be ended.",
)

NOTES: dict[EmailKind, tuple[Text, ...]] = {
    "account_invited": (YOUR_LOGIN, GOOD_UNTIL),
    "password_reset": (GOOD_UNTIL, NOT_YOU_RESET),
    "email_change": (GOOD_UNTIL, NOT_YOU_CHANGE),
    "email_change_announced": (NOT_YOU_ANNOUNCED, GOOD_UNTIL),
    "password_changed": (NOT_YOU_CREDENTIALS,),
    "login_changed": (NOT_YOU_CREDENTIALS,),
    **dict.fromkeys(factor_labels.TITLES, (factor_labels.NOT_YOU,)),
    "rescue_asked": (factor_labels.NOT_YOU_RESCUE,),
    "rescue_granted": (GOOD_UNTIL, factor_labels.NOT_YOU_RESCUE),
}

NOT_YOU_DEVICE = text(
    "Si ce n’est pas vous, fermez cette session et changez votre mot de passe.",
    "If this was not you, close that session and change your password.",
)
