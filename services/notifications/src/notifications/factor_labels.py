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
    "passkey_added": text(
        "[Double authentification] Une clé d’accès a été ajoutée", "[Two-step log-in] A passkey was added"
    ),
    "passkey_removed": text(
        "[Double authentification] Une clé d’accès a été retirée", "[Two-step log-in] A passkey was removed"
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
    "rescue_asked": text(
        "[Double authentification] SQP vous aide à revenir", "[Two-step log-in] SQP helps you to come back"
    ),
    "factor_required": text(
        "[Double authentification] Un second facteur est désormais exigé",
        "[Two-step log-in] A second factor is required from now on",
    ),
    "factor_optional": text(
        "[Double authentification] Le second facteur n’est plus exigé", "[Two-step log-in] Second factors are optional"
    ),
}
NOT_YOU_RESCUE = text(
    "Si vous n’avez rien demandé, prévenez SQP aussitôt et choisissez un nouveau mot de passe.",
    "If you asked for nothing, tell SQP at once and choose a new password.",
)
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
    "passkey_added": text(
        "Une clé d’accès a été ajoutée le {day} à {hour} au compte {login} : elle ouvre le compte, aussi sans mot de "
        "passe. Les autres sessions ont été fermées.",
        "A passkey was added on {day} at {hour} to the account {login}: it opens the account, also without the "
        "password. The other sessions were ended.",
    ),
    "passkey_removed": text(
        "Une clé d’accès du compte {login} a été retirée le {day} à {hour}. Les autres sessions ont été fermées.",
        "A passkey of the account {login} was removed on {day} at {hour}. The other sessions were ended.",
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
    "rescue_asked": text(
        "Le {day} à {hour}, une personne de SQP a demandé un nouvel accès au compte {login}, dont le second facteur "
        "serait perdu. Si une seconde personne de SQP le confirme, vous recevrez un lien.",
        "On {day} at {hour} a person of SQP asked for new access to the account {login}, whose second factor is said "
        "to be lost. If a second person of SQP confirms it, you get a link.",
    ),
    "factor_required": text(
        "Depuis le {day} à {hour}, {organisation_name} exige un second facteur de tous ses utilisateurs : qui n’en a "
        "pas l’ajoute à sa prochaine connexion.",
        "Since {day} at {hour}, {organisation_name} requires a second factor of all its people: who has none adds one "
        "at the next log-in.",
    ),
    "factor_optional": text(
        "Depuis le {day} à {hour}, {organisation_name} n’exige plus de second facteur de ses utilisateurs.",
        "Since {day} at {hour}, {organisation_name} requires no second factor of its people any more.",
    ),
}
NOT_YOU = text(
    "Si ce n’est pas vous, choisissez aussitôt un nouveau mot de passe et prévenez un administrateur de votre "
    "société : il peut remettre à zéro vos seconds facteurs.",
    "If this was not you, choose a new password at once and tell an administrator of your organisation, who can reset "
    "your second factors.",
)
