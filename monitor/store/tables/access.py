"""Who may read the pages and act on them."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from monitor.store.columns import Instant, RowId, metadata

account = Table(
    "account",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("role", String(16), nullable=False),  # reader, operator, administrator
    Column("organization", String(200)),  # the only one it sees anything of; None: all
    Column("password", Text, nullable=False),  # argon2's own encoding; empty: none
    Column("made_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False),  # wrong passwords in a row
    Column("locked_until", Instant),
    # Whoever a provider of identities vouches for: known by the pair, whatever the name.
    Column("issuer", String(300)),
    Column("subject", String(255)),
    Column("disabled_at", Instant),
    Index("uq_account_identity", "issuer", "subject", unique=True),
)

web_session = Table(
    "web_session",
    metadata,
    # The digest of what the cookie holds: who reads the database cannot take a session over.
    Column("digest", String(64), primary_key=True),
    Column("account", String(80), ForeignKey("account.name", ondelete="CASCADE"), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
)

invitation = Table(
    "invitation",
    metadata,
    # One-time links: to make the first administrator, or to choose an account's password.
    Column("digest", String(64), primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("account", String(80)),  # whose; None: the first administrator's
)

sign_on = Table(
    "sign_on",
    metadata,
    # Somebody was sent to the provider of identities, and may come back once.
    Column("digest", String(64), primary_key=True),  # of what they carry, and of who they are
    Column("next", Text, nullable=False),  # the page they wanted
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
)

access_token = Table(
    "access_token",
    metadata,
    # What programs read the API with.
    Column("id", RowId, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("organization", String(200)),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
