"""The words of e-mails about second factors, French and English. :mod:`notifications.account_labels` takes them in."""

from __future__ import annotations

from notifications.notification_types import EmailKind
from web.i18n import Text, text

TITLES: dict[EmailKind, Text] = {
    "application_added": text(
        "[Double authentification] Une application a été ajoutée", "[Two-step log-in] An application was added"
    ),
    "application_removed": text(
        "[Double authentification] Une application a été retirée", "[Two-step log-in] An application was removed"
    ),
    "recovery_codes_made": text(
        "[Double authentification] De nouveaux codes de secours", "[Two-step log-in] New recovery codes"
    ),
    "recovery_code_used": text(
        "[Double authentification] Un code de secours a servi", "[Two-step log-in] A recovery code was used"
    ),
    "factors_reset": text(
        "[Double authentification] Vos facteurs ont été retirés", "[Two-step log-in] Your factors were removed"
    ),
}
BUTTON = text("Choisir un nouveau mot de passe", "Choose a new password")
BODIES: dict[str, Text] = {
    "application_added": text(
        "Une application d’authentification a été ajoutée le {day} à {hour} au compte {login} : la connexion demande "
        "désormais son code. Les autres sessions ont été fermées.",
        "An authenticator application was added on {day} at {hour} to the account {login}: logging in asks for its "
        "code from now on. The other sessions were ended.",
    ),
    "application_removed": text(
        "L’application d’authentification du compte {login} a été retirée le {day} à {hour}. Les autres sessions ont "
        "été fermées.",
        "The authenticator application of the account {login} was removed on {day} at {hour}. The other sessions were "
        "ended.",
    ),
    "recovery_codes_made": text(
        "De nouveaux codes de secours ont été créés le {day} à {hour} pour le compte {login} : les précédents ne "
        "valent plus rien.",
        "New recovery codes were made on {day} at {hour} for the account {login}: those before are good no more.",
    ),
    "recovery_code_used": text(
        "Un code de secours du compte {login} a servi le {day} à {hour}. Il en reste {left}.",
        "A recovery code of the account {login} was used on {day} at {hour}. Codes left: {left}.",
    ),
    "factors_reset": text(
        "Les seconds facteurs du compte {login} ont été retirés le {day} à {hour} et ses sessions fermées.",
        "The second factors of the account {login} were removed on {day} at {hour} and its sessions ended.",
    ),
}
NOT_YOU = text(
    "Si ce n’est pas vous, choisissez aussitôt un nouveau mot de passe et prévenez un administrateur de votre "
    "société : il peut remettre à zéro vos seconds facteurs.",
    "If this was not you, choose a new password at once and tell an administrator of your organisation, who can reset "
    "your second factors.",
)
