"""A trial message on one channel, outside the outbox."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import click

from monitor.alerts.escalation import CLOSED, Tone
from monitor.alerts.notification import MAIL_ADDRESS, DeliveryFault, Notification
from monitor.app import channel_of
from monitor.cli.output import show_json, show_table
from monitor.cli.words import gettext
from monitor.clock.wall import SystemClock
from monitor.errors import InputError
from monitor.locale import N_, Language, language
from monitor.located_yaml.words import one_of
from monitor.settings import AlertmanagerSettings, ChannelSettings, PagerDutySettings, Settings
from monitor.settings.channels import needs_mail_address

_SUBJECT = N_("[TRIAL] Vigie can reach you")
_TEXT = N_(
    "This is a trial message: nothing is late, and there is nothing to do. It was sent by 'vigie"
    " channel test' on the channel {channel}."
)


def show_channels(settings: Settings, *, as_json: bool) -> None:
    """Print the channels; nothing where there are none."""
    listed = [
        {
            "name": name,
            "type": channel.type,
            "recipients": sum(each.channel == name for each in settings.recipients),
            "fallback": _fallback_words(channel),
        }
        for name, channel in settings.channels.items()
    ]
    if as_json:
        show_json(listed)
    elif listed:
        show_table(
            (gettext("Name"), gettext("Type"), gettext("Recipients"), gettext("Fallback")),
            [
                (str(each["name"]), str(each["type"]), str(each["recipients"]),
                 str(each["fallback"] or ""))
                for each in listed
            ],
            right=(gettext("Recipients"),),
        )  # fmt: skip


def send_trial(settings: Settings, name: str, to: str | None, *, as_json: bool) -> bool:
    """Send it, and print the answer; whether it got through.

    Raises:
        InputError: there is no such channel, nobody to send it to, or the channel cannot be made.
    """
    configured = settings.channels.get(name)
    if configured is None:
        remedy = (
            one_of(name, settings.channels)
            if settings.channels
            else gettext("define it under channels")
        )
        raise InputError(
            gettext("no channel '{channel}' is configured: {remedy}").format(
                channel=name, remedy=remedy
            )
        )
    address = _address(settings, name, configured, to)
    answers, fault = _sent(name, configured, address)
    accepted = fault is None
    if as_json:
        show_json(
            {
                "channel": name,
                "address": address,
                "accepted": accepted,
                "answers": answers,
                "fault": None if fault is None else str(fault),
                "permanent": None if fault is None else fault.permanent,
            }
        )
        return accepted
    for answer in answers:
        text = gettext("accepted for {address}: {answer}")
        click.echo(text.format(address=address, answer=answer))
    if fault is not None:
        text = (
            gettext("refused for good for {address}: {fault}")
            if fault.permanent
            else gettext("failed for {address}, may pass: {fault}")
        )
        click.echo(text.format(address=address, fault=fault), err=True)
    return accepted


def _sent(
    name: str, configured: ChannelSettings, address: str
) -> tuple[list[str], DeliveryFault | None]:
    answers: list[str] = []
    with closing(channel_of(name, configured)) as channel:
        try:
            for message in _messages(name, configured, address):
                answers.append(channel.send(message).detail)  # noqa: PERF401 - kept if one fails
        except DeliveryFault as fault:
            return answers, fault
    return answers, None


def _messages(name: str, configured: ChannelSettings, address: str) -> Iterator[Notification]:
    trial = _trial(name, address)
    yield trial
    if isinstance(configured, PagerDutySettings | AlertmanagerSettings):
        fields = {**trial.fields, "tone": str(Tone.CLOSED)}
        yield replace(trial, key=f"{trial.key[:-1]}c", step=CLOSED, fields=fields)


def _trial(name: str, address: str) -> Notification:
    now = SystemClock().now()
    # A key of its own: each trial is to be seen.
    key = secrets.token_hex(32)
    both = [language("fr"), language("en")]
    return Notification(
        key=key,
        channel=name,
        address=address,
        role="trial",
        lang="fr",
        subject=" / ".join(each.gettext(_SUBJECT) for each in both),
        text="\n\n".join(_paragraph(each, name) for each in both) + "\n",
        html=None,
        thread=f"trial:{key[:16]}",
        step="trial",
        created_at=now,
        stood_at=now,
        fields={"case": f"trial-{key[:8]}", "tone": str(Tone.NOTE), "episode": "0"},
    )


def _paragraph(spoken: Language, name: str) -> str:
    return spoken.gettext(_TEXT).format(channel=name)


def _address(settings: Settings, name: str, configured: ChannelSettings, to: str | None) -> str:
    first = (each.address for each in settings.recipients if each.channel == name)
    address = to or next(first, None)
    if address is None:
        raise InputError(
            gettext("nobody is reached by the channel '{channel}': say by --to whom to try").format(
                channel=name
            )
        )
    if needs_mail_address(configured) and MAIL_ADDRESS.fullmatch(address) is None:
        raise InputError(
            gettext("'{address}' is no e-mail address: write it as name@host").format(
                address=address
            )
        )
    return address


def _fallback_words(channel: ChannelSettings) -> str | None:
    fallback = channel.fallback
    if fallback is None:
        return None
    return fallback.role or f"{fallback.channel}: {fallback.address}"
