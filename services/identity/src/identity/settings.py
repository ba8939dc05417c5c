"""Settings of the identity service, ``IDENTITY_*`` in the environment."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from web.auth.sealing import MAIL_DEVELOPMENT_KEY
from web.auth.tokens import LEEWAY
from web.settings import development_secret


class Settings(ServiceSettings):
    """Limits count attempts per ``throttle_window_seconds`` unless their names say otherwise. ``overall_attempts``
    refuses nothing: it is when to alarm."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_")

    name: ClassVar[str] = "identity"

    # A disabled user or a revoked session is out within a minute everywhere, the verifiers' leeway included.
    access_token_seconds: int = Field(default=60 - LEEWAY, ge=10, le=60 - LEEWAY)
    service_token_seconds: int = Field(default=600, ge=60, le=600)
    refresh_secret: SecretStr = development_secret("identity-development-refresh-secret")
    refresh_grace_seconds: int = 10
    remember_days: int = 30
    idle_hours: int = 12
    # A session that is used without a pause ends all the same, and a person has at most so many of each kind.
    longest_session_days: int = 7
    sessions_per_person: int = 20
    # How long after its log-in a session may change log-in and e-mail without the password, and after a proof the
    # second factors.
    fresh_minutes: int = 5
    # How long a log-in waits for its second factor, and an application for its first code.
    second_step_minutes: int = 5
    enrolment_minutes: int = 10
    # The host that passkeys belong to, and the addresses of pages that may ask for them: the issuer's unless said.
    passkey_host: str = ""
    passkey_origins: list[str] = Field(default_factory=list)
    # How long a rescue waits for the second person of SQP, and its link for the person.
    rescue_hours: int = 24
    device_days: int = 365

    key_encryption_secret: SecretStr = development_secret("identity-development-key-encryption")
    key_cache_seconds: float = 30.0
    key_rotation_days: int = 30
    # How long a key is published before it signs, and after it has stopped.
    key_publication_seconds: int = 600
    key_retention_seconds: int = 3600

    # The public key (JWK) that notifications opens mail tokens with.
    mail_public_key: str = Field(default=MAIL_DEVELOPMENT_KEY, json_schema_extra={"development_only": True})
    invitation_days: int = 7
    reset_minutes: int = 30
    # How long another e-mail address may be confirmed, and the old one may object, which outlives a holiday's week.
    email_change_hours: int = 24
    objection_days: int = 7

    argon2_memory_kib: int = Field(default=47_104, ge=47_104)
    password_hash_concurrency: int = Field(default=2, ge=1)

    throttle_window_seconds: int = 300
    account_attempts: int = 10
    address_attempts: int = 200
    overall_attempts: int = 3000
    mail_requests_per_account: int = 5
    mail_requests_per_address: int = 60
    # A day's wrong passwords for one account, after which an unknown device is asked to go by e-mail.
    guesses_per_account: int = 1000
    # A day's wrong codes of a person: a device that knows the account has as many of its own.
    codes_per_account: int = 100
    logins_taken_per_hour: int = 10
    email_changes_per_hour: int = 10
    invitations_per_sender: int = 100
    invitations_per_recipient: int = 5
    # A day and a network.
    sign_ups_per_contract: int = 20

    @property
    def relying_party(self) -> str:
        return self.passkey_host or urlsplit(self.issuer).hostname or ""

    @property
    def origins(self) -> list[str]:
        parts = urlsplit(self.issuer)
        return self.passkey_origins or [f"{parts.scheme}://{parts.netloc}"]
