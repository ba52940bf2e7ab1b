"""Run by Alembic: brings a connection's database to a revision, in the caller's transaction."""

from alembic import context

from monitor.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by copying it; Alembic does so where it must.
    render_as_batch=True,
    on_version_apply=lambda *, step, **_: context.config.attributes["applied"](step.up_revision_id),
)
with context.begin_transaction():
    context.run_migrations()
