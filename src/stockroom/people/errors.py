"""The refusals of people and their access."""

from stockroom.platform.errors import N_, Conflict, Forbidden, Invalid, Refusal, Unauthenticated


class CredentialsInvalid(Unauthenticated):
    code = "auth.invalid_credentials"
    sentence = N_("The user name or the password is not right.")


class SignInLocked(Refusal):
    code = "auth.locked"
    status = 429
    sentence = N_("Too many wrong passwords from here. Please try again in {seconds} seconds.")


class ResetRequired(Forbidden):
    code = "auth.reset_required"
    sentence = N_("Too many wrong passwords. A new one must be set before anybody can sign in here.")


class UsernameTaken(Conflict):
    code = "account.username_taken"
    sentence = N_("Another user already has this user name.")
    at = "/username"


class EmailTaken(Conflict):
    code = "account.email_taken"
    sentence = N_("Another user already has this e-mail address.")
    at = "/email"


class RoleUnknown(Invalid):
    code = "account.role_unknown"
    sentence = N_("There is no such role.")
    at = "/role"


class LastAdmin(Conflict):
    code = "account.last_admin"
    sentence = N_("This is the last active administrator. Make another one first.")
    at = "/role"


class DepartmentNameTaken(Conflict):
    code = "department.name_taken"
    sentence = N_("Another department already has this name.")
    at = "/name"


class MainDepartmentStays(Conflict):
    code = "department.main_stays"
    sentence = N_("The main pharmacy cannot be archived.")


class DepartmentInUse(Conflict):
    code = "department.in_use"
    sentence = N_("This department still has active users or stores. Move them first.")


class DepartmentUnknown(Invalid):
    code = "department.unknown"
    sentence = N_("There is no such department.")
    at = "/department_id"


class PasswordWeak(Invalid):
    code = "password.weak"
    sentence = N_("The password does not meet the rules.")


class PasswordWrong(Invalid):
    code = "password.wrong"
    sentence = N_("This is not your present password.")
    at = "/old_password"


class PasswordsDiffer(Invalid):
    code = "password.differs"
    sentence = N_("The two passwords are not the same.")
    at = "/password_repeat"


class RoleBeyondOwn(Forbidden):
    code = "account.role_beyond_own"
    sentence = N_("This role may do things that you may not. Somebody who may must do this.")
    at = "/role"


class LinkInvalid(Invalid):
    code = "link.invalid"
    sentence = N_("This link no longer works: it was used, has expired or was replaced by a newer one.")
    at = "/token"


class InvitedIsDisabled(Conflict):
    code = "invitation.disabled"
    sentence = N_("This user is disabled. Enable them before you send an invitation.")


class InvitedHasPassword(Conflict):
    code = "invitation.has_password"
    sentence = N_("This user has a password already and needs no invitation.")


class InvitedWithoutEmail(Conflict):
    code = "invitation.no_email"
    sentence = N_("This user has no e-mail address to send an invitation to.")


class TimeZoneUnknown(Invalid):
    code = "account.time_zone_unknown"
    sentence = N_("There is no such time zone. Write one such as Europe/Warsaw.")
    at = "/time_zone"


class SecondFactorInvalid(Unauthenticated):
    """A wrong code and a used one alike."""

    code = "auth.second_factor_invalid"
    sentence = N_("This is not right, or it was used before. Wait for the next code and try again.")


class TriesSpent(Unauthenticated):
    code = "auth.second_factor_tries"
    sentence = N_("Too many wrong answers. Sign in again.")


class ProofUnclear(Invalid):
    code = "auth.second_factor_unclear"
    sentence = N_("Give exactly one proof: a code, a recovery code, a passkey or the password.")
    at = "/totp"


class CodeWrong(Invalid):
    code = "factor.code_wrong"
    sentence = N_(
        "This code is not right. Look whether the clocks of both devices agree, and type the next one."
    )
    at = "/code"


class PasskeyRefused(Invalid):
    code = "factor.passkey_refused"
    sentence = N_("This passkey could not be checked. Try again, or use another way.")
    at = "/passkey"


class PasskeysImpossible(Conflict):
    code = "factor.passkeys_impossible"
    sentence = N_(
        "Passkeys need an address with a name and TLS. Whoever runs the server sets it in BASE_URL."
    )


class PasskeyKnown(Conflict):
    code = "factor.passkey_known"
    sentence = N_("This passkey is registered already.")


class FactorExists(Conflict):
    code = "factor.exists"
    sentence = N_("There is an authenticator app already. Remove it before you set up another.")


class FactorMissing(Conflict):
    code = "factor.missing"
    sentence = N_("There is no second factor yet. Set one up first.")


class LastFactorStays(Conflict):
    code = "factor.last_stays"
    sentence = N_(
        "Your role needs a second factor and this is the only one. Add another before you remove it."
    )


class FactorUnreadable(Conflict):
    """SECRET_KEY was replaced after the factor was set up."""

    code = "factor.unreadable"
    sentence = N_(
        "This factor can no longer be read: the server's key was changed. An administrator must reset it."
    )


class TooManyPasskeys(Conflict):
    code = "factor.too_many"
    sentence = N_("You have as many passkeys as there can be. Remove one first.")


class PasskeyUnproved(Unauthenticated):
    code = "auth.passkey_invalid"
    sentence = N_("This passkey could not be checked. Try again, or use another way.")


class PasswordUnproved(Invalid):
    code = "password.wrong"
    sentence = N_("This is not your present password.")
    at = "/password"


class PasswordNotYours(Forbidden):
    code = "account.password_not_yours"
    sentence = N_("You may not set passwords. Leave it empty: the user sets one.")
    at = "/password"


class RoleNameTaken(Conflict):
    code = "role.name_taken"
    sentence = N_("Another role already has this name.")
    at = "/name"


class RoleBuiltin(Conflict):
    code = "role.builtin"
    sentence = N_("Built-in roles come with Stockroom and cannot be changed. Copy it instead.")


class RoleHeld(Conflict):
    code = "role.held"
    sentence = N_("{users} users still have this role. Give them another one first.")


class RolePermissionUnknown(Invalid):
    code = "role.permission_unknown"
    sentence = N_("There is no such permission.")
    at = "/permissions"


class RolePermissionBeyondOwn(Forbidden):
    code = "role.beyond_own"
    sentence = N_("Nobody can give a role what they may not do themselves. Somebody who may must do this.")
    at = "/permissions"


class KeyScopesMissing(Invalid):
    code = "key.scopes_missing"
    sentence = N_("Choose at least one thing that the key may do.")
    at = "/scopes"


class KeyScopeBeyondOwn(Forbidden):
    code = "key.beyond_own"
    sentence = N_("A key may do no more than its owner.")
    at = "/scopes"


class KeyScopeRefused(Invalid):
    code = "key.scope_refused"
    sentence = N_("No key may have this: it could make itself another way in.")
    at = "/scopes"


class KeyExpiryInvalid(Invalid):
    code = "key.expiry"
    sentence = N_("A key expires after today and at most {days} days from now.")
    at = "/expires_on"


class KeyNameTaken(Conflict):
    code = "key.name_taken"
    sentence = N_("You already have a key with this name.")
    at = "/name"


class KeyLimit(Conflict):
    code = "key.limit"
    sentence = N_("You have {most} keys already. Revoke one first.")


class KeyStopped(Conflict):
    code = "key.stopped"
    sentence = N_("This key no longer works. Make a new one.")
