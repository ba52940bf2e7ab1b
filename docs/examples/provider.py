"""A provider and a mailbox on loopback, to try a configuration on; nothing leaves this machine.

Three tickets: an incident whose seven business hours are just over, an outage an hour old, a
password reset that was done in time. Enter resolves the incident, Ctrl-C ends it all.
"""
# ruff: noqa: INP001, T201 - a script by itself, which prints

import sys
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Thread

from monitor.clock import BusinessClock, load_calendar
from monitor.clock.wall import SystemClock
from monitor.simulator import Body, ProviderServer, SimulatedProvider
from monitor.simulator.smtp_sink import SmtpSink

HTTP_PORT, SMTP_PORT = 8621, 8625
HOUR = timedelta(hours=1)


def received_before(now: datetime, business_time: timedelta) -> datetime:
    """A receipt that has a little more business time behind it."""
    clock = BusinessClock(load_calendar("quebec-support"))
    received = now
    while clock.elapsed(received, now) <= business_time:
        received -= HOUR
    return received


def print_mail(mailbox: SmtpSink, over: Event) -> None:
    """A line for each message, as it arrives."""
    shown = 0
    while not over.wait(0.2):
        for mail in mailbox.received[shown:]:
            print(f"{mail.recipients[0]} <- {mail.message['Subject']}", flush=True)
            shown += 1


def main() -> None:
    clock = SystemClock()
    # Whole minutes, so that what is printed to the minute adds up by hand.
    now = clock.now().replace(second=0, microsecond=0)
    telus = SimulatedProvider("telus", clock)
    body = Body("ORG-101", "Ministère des Exemples")
    received = received_before(now, 7 * HOUR)
    incident = telus.open_ticket("incident", body, at=received)
    telus.open_ticket("outage", body, at=now - HOUR)
    reset = telus.open_ticket("password-reset", body, at=received)
    telus.change_status(reset, "resolved", at=received + HOUR)

    over = Event()
    with (
        ProviderServer(telus, port=HTTP_PORT) as server,
        SmtpSink(port=SMTP_PORT) as mailbox,
    ):
        print(f"tickets: {server.url('tmf621-v4')}")
        print(f"mailbox: {mailbox.host}:{mailbox.port}, without TLS", flush=True)
        Thread(target=print_mail, args=(mailbox, over), daemon=True).start()
        with suppress(KeyboardInterrupt, EOFError):
            input()
            telus.change_status(incident, "resolved")
            print(f"{incident} is resolved", flush=True)
            over.wait()
        over.set()


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"ports {HTTP_PORT} and {SMTP_PORT} are both needed: {error.strerror}")
