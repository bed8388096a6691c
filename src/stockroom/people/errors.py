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
