"""From the text of `vigie.yaml` to settings: parsed, checked, every error with its line and key."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from monitor.alerts.notification import MAIL_ADDRESS
from monitor.cases.arrivals import OWN_SOURCE
from monitor.cases.deliverables import Schedule
from monitor.errors import InputError
from monitor.locale.marking import N_, Said
from monitor.located_yaml import DocumentError, LocatedDocument, Problem
from monitor.located_yaml.words import one_of
from monitor.settings.channels import carries_files, needs_mail_address
from monitor.settings.model import Settings
from monitor.settings.push_sources import PushSettings

DEFAULT_PATH = Path("vigie.yaml")


def load_settings(path: Path | None) -> Settings:
    """Read settings from `path`, from `./vigie.yaml` when None, else the embedded defaults.

    Relative paths in the file start at the file's own folder.

    Raises:
        InputError: the file cannot be read or is wrong; every problem, one a line, with its line
            and key.
    """
    return located_settings(path)[0]


def located_settings(path: Path | None) -> tuple[Settings, LocatedDocument]:
    """As `load_settings`, with the document, which knows the line of every key.

    Raises:
        InputError: as `load_settings`.
    """
    if path is None:
        if not DEFAULT_PATH.exists():
            return Settings(), LocatedDocument.parse("", str(DEFAULT_PATH))
        path = DEFAULT_PATH
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            N_(
                "{path}: cannot read the configuration: {reason}; 'vigie init' writes one to start"
                " from"
            ),
            path=str(path),
            reason=Said(error.strerror or ""),
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            N_("{path}: is not UTF-8 text; save it as UTF-8"), path=str(path)
        ) from None
    return _parsed(text, str(path), path.parent)


def parse_settings(text: str, name: str) -> Settings:
    """As `load_settings`, from text already read; `name` stands in every problem.

    Raises:
        InputError: as `load_settings`.
    """
    return _parsed(text, name, Path(name).parent)[0]


def _parsed(text: str, name: str, folder: Path) -> tuple[Settings, LocatedDocument]:
    document = LocatedDocument.parse(text, name)
    try:
        settings = Settings.model_validate(document.content, context={"folder": folder})
    except ValidationError as error:
        raise DocumentError(document.located(error, Settings)) from None
    if wrong := [
        *_dangling(settings, document),
        *_dangling_fallbacks(settings, document),
        *_dangling_watch(settings, document),
        *_unsendable(settings, document),
        *_repeated(settings, document),
        *_same_tokens(settings, document),
        *_clashing(settings, document),
    ]:
        raise DocumentError(wrong)
    return settings, document


def _dangling(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Recipients of channels, addresses and organisations that are not there."""
    channels = list(settings.channels)
    organizations = [organization.id for organization in settings.organizations]
    for index, recipient in enumerate(settings.recipients):
        if recipient.channel not in channels:
            yield document.problem(
                ("recipients", index, "channel"),
                Said(N_("no channel is named '{name}'"), name=recipient.channel),
                one_of(recipient.channel, channels)
                if channels
                else Said(N_("define it under channels")),
            )
        elif (
            recipient.contact is None
            and needs_mail_address(settings.channels[recipient.channel])
            and not MAIL_ADDRESS.fullmatch(recipient.address)
        ):
            yield document.problem(
                ("recipients", index, "address"),
                Said(N_("'{address}' is not an e-mail address"), address=recipient.address),
                Said(N_("write it as name@host")),
            )
    for section in ("recipients", "deliverables", "reports"):
        for index, each in enumerate(getattr(settings, section)):
            # Without a list, any name a source may state is as good as another.
            if each.organization and organizations and each.organization not in organizations:
                yield document.problem(
                    (section, index, "organization"),
                    Said(N_("'{id}' is no id under organizations"), id=each.organization),
                    one_of(each.organization, organizations),
                )


def _dangling_fallbacks(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Fallbacks that lead to no channel, to nobody, or back to where they come from."""
    roles = {recipient.role for recipient in settings.recipients}
    for name, channel in settings.channels.items():
        fallback = channel.fallback
        if fallback is None:
            continue
        path = ("channels", name, "fallback")
        others = [other for other in settings.channels if other != name]
        if fallback.channel is not None and fallback.channel not in others:
            yield document.problem(
                (*path, "channel"),
                Said(N_("'{channel}' is no other channel"), channel=fallback.channel),
                one_of(fallback.channel, others)
                if others
                else Said(N_("define one under channels")),
            )
        elif fallback.channel is not None and (
            needs_mail_address(settings.channels[fallback.channel])
            and not MAIL_ADDRESS.fullmatch(fallback.address or "")
        ):
            yield document.problem(
                (*path, "address"),
                Said(N_("'{address}' is not an e-mail address"), address=fallback.address or ""),
                Said(N_("write it as name@host")),
            )
        elif fallback.role is not None and fallback.role not in roles:
            yield document.problem(
                (*path, "role"),
                Said(N_("no recipient holds the role '{role}'"), role=fallback.role),
                one_of(fallback.role, roles)
                if roles
                else Said(N_("give it to one under recipients")),
            )


def _dangling_watch(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Heartbeats and alarms that lead to no channel."""
    channels = settings.channels
    if settings.watch is not None and settings.watch.channel not in channels:
        yield document.problem(
            ("watch", "channel"),
            Said(N_("no channel is named '{name}'"), name=settings.watch.channel),
            one_of(settings.watch.channel, channels)
            if channels
            else Said(N_("define it under channels")),
        )
    elif (
        settings.watch is not None
        and needs_mail_address(channels[settings.watch.channel])
        and not MAIL_ADDRESS.fullmatch(settings.watch.address)
    ):
        yield document.problem(
            ("watch", "address"),
            Said(N_("'{address}' is not an e-mail address"), address=settings.watch.address),
            Said(N_("write it as name@host")),
        )
    manager = None if settings.heartbeat is None else settings.heartbeat.alertmanager
    if manager is not None and getattr(channels.get(manager), "type", "") != "alertmanager":
        yield document.problem(
            ("heartbeat", "alertmanager"),
            Said(N_("'{channel}' is no channel of type alertmanager"), channel=manager),
            Said(N_("define it under channels")),
        )


def _unsendable(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Reports to be sent to nobody, or by what takes no file along."""
    holders = defaultdict(list)
    for recipient in settings.recipients:
        holders[recipient.role].append(recipient.channel)
    for index, report in enumerate(settings.reports):
        for number, role in enumerate(() if report.send is None else report.send.to):
            path = ("reports", index, "send", "to", number)
            if role not in holders:
                yield document.problem(
                    path,
                    Said(N_("no recipient holds the role '{role}'"), role=role),
                    one_of(role, holders)
                    if holders
                    else Said(N_("give it to one under recipients")),
                )
            for name in dict.fromkeys(holders.get(role, ())):
                channel = settings.channels.get(name)
                if channel is not None and not carries_files(channel):
                    yield document.problem(
                        path,
                        Said(
                            N_("'{role}' is told by '{channel}' ({type}), which takes no file"),
                            role=role,
                            channel=name,
                            type=getattr(channel, "type", ""),
                        ),
                        Said(
                            N_(
                                "name a role that is held by channels of type smtp, files or"
                                " webhook alone"
                            )
                        ),
                    )


def _repeated(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Sources, reports and organisations that share a name, or take the engine's own."""
    named = {
        "sources": ("name", [source.name for source in settings.sources]),
        "reports": ("name", [report.name for report in settings.reports]),
        "organizations": ("id", [organization.id for organization in settings.organizations]),
    }
    for section, (key, names) in named.items():
        for index, name in enumerate(names):
            if name in names[:index]:
                yield document.problem(
                    (section, index, key),
                    Said(N_("'{name}' stands twice"), name=name),
                    Said(N_("give each its own")),
                )
    for index, source in enumerate(settings.sources):
        if source.name == OWN_SOURCE:
            yield document.problem(
                ("sources", index, "name"),
                Said(N_("'{name}' is the source of what Vigie states itself"), name=OWN_SOURCE),
                Said(N_("give it another name")),
            )


def _same_tokens(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Pushing sources whose token would not tell which one it is."""
    known: dict[str, str] = {}
    for index, source in enumerate(settings.sources):
        if not isinstance(source, PushSettings):
            continue
        other = known.setdefault(source.token.get_secret_value(), source.name)
        if other != source.name:
            yield document.problem(
                ("sources", index, "token"),
                Said(N_("it is the token of {other} too"), other=other),
                Said(N_("give each source its own")),
            )


def _clashing(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Reports of one provider that would go by one reference."""
    known: dict[tuple[str, str, str | None], list[tuple[int, Schedule]]] = defaultdict(list)
    for index, each in enumerate(settings.deliverables):
        for schedule in each.schedules():
            namesakes = known[schedule.provider, schedule.prefix, schedule.account]
            before = next((i for i, other in namesakes if _meet(schedule, other)), None)
            namesakes.append((index, schedule))
            if before is not None:
                yield document.problem(
                    ("deliverables", index),
                    Said(
                        N_("its {ref} is a report of {other} too"),
                        ref=schedule.ref(schedule.first),
                        other=f"deliverables[{before}]",
                    ),
                    Said(N_("give it a ref of its own, such as ref: DEPENSES, or other periods")),
                )
                break


def _meet(one: Schedule, other: Schedule) -> bool:
    """Whether they have a period in common."""
    return (
        one.first.rhythm is other.first.rhythm
        and (one.last is None or other.first <= one.last)
        and (other.last is None or one.first <= other.last)
    )
