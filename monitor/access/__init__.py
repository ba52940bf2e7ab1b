"""Who may read and who may act: roles, accounts, passwords. No store, no HTTP."""

from monitor.access.model import (
    Account,
    Role,
    Scope,
    TokenRecord,
    Visitor,
    account_name,
    digest_of,
    organization_name,
)

__all__ = [
    "Account",
    "Role",
    "Scope",
    "TokenRecord",
    "Visitor",
    "account_name",
    "digest_of",
    "organization_name",
]
