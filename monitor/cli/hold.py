"""`vigie hold`: set a case apart, with a reason."""

import click

from monitor.cli.acting import by_option, require, why_option
from monitor.cli.command import Command, Example, Option
from monitor.cli.shared_options import json_option, optional_case_argument
from monitor.cli.words import gettext
from monitor.locale import N_


@click.command(
    "hold",
    cls=Command,
    help=N_(
        "Set a case apart: it is judged as before, tells nobody, and is shown with the reason."
        " --release takes it back, and tells what stands. Without a case, those on hold are listed."
    ),
    examples=(
        Example(N_("set apart"), "vigie hold INC-4711 --why 'duplicate of INC-4700'"),
        Example(N_("take back"), "vigie hold INC-4711 --release --why 'no duplicate'"),
        Example(N_("those on hold, for a script"), "vigie hold --json"),
    ),
)
@optional_case_argument
@click.option("--release", cls=Option, is_flag=True, help=N_("Take it back."))
@by_option
@why_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    case: str | None,
    release: bool,
    by: str | None,
    why: str | None,
    as_json: bool,
) -> None:
    # Help is shown without what these load.
    from monitor.alerts.interventions import MuteKind  # noqa: PLC0415
    from monitor.cli.on_call import act_of, desk, done, show_muted  # noqa: PLC0415

    if case is None:
        if release or why:
            raise click.UsageError(gettext("name the case"), ctx)
        with desk(ctx) as at:
            show_muted(at, MuteKind.HELD, as_json=as_json)
        return
    require(ctx, why=why)
    act = act_of(by, why or "")
    with desk(ctx) as at:
        key = at.key_of(case)
        if release:
            at.interventions.release(key, act, at=at.now)
            text = gettext("{case}: released; its escalation goes on.")
        else:
            at.interventions.hold(key, act, at=at.now)
            text = gettext("{case}: on hold; nobody is told of it.")
        result = {"case": key.ref, "provider": key.provider, "held": not release, "by": act.by}
        done(at, text.format(case=key.ref), result, as_json=as_json)
