"""Who may read and who may act: roles, accounts, passwords. No store, no HTTP."""

from monitor.access.model import (
    Account,
    Identity,
    Role,
    Scope,
    TokenRecord,
    Visitor,
    account_name,
    digest_of,
    fitted_name,
    fresh_secret,
    fresh_token,
    organization_name,
    role_of,
)

__all__ = [
    "Account",
    "Identity",
    "Role",
    "Scope",
    "TokenRecord",
    "Visitor",
    "account_name",
    "digest_of",
    "fitted_name",
    "fresh_secret",
    "fresh_token",
    "organization_name",
    "role_of",
]
