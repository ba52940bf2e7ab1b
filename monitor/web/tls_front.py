"""TLS before waitress, which has none: one thread shakes hands and passes the plain text on."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeAlias

import structlog

from monitor.web.certificates import Certificate

_log = structlog.get_logger(__name__)

_AT_ONCE: Final = 100
"""Connections, as many as waitress has; more wait to be accepted."""
_HANDSHAKE_SECONDS: Final = 10.0
_STUCK_SECONDS: Final = 120.0
"""How long a client may leave what it is sent unread; as waitress's own patience."""
_GOODBYE_SECONDS: Final = 2.0
_BREATHER_SECONDS: Final = 0.1
_PIECE: Final = 64 * 1024

HandOver: TypeAlias = Callable[[socket.socket, Any], None]
"""Takes a connection in plain text, and the address of the client at its other end."""


class TlsFront:
    """Accepts connections, and hands each over once its handshake is done.

    Each handshake is a task of its own: one that is slow, or never ends, holds up no other. What is
    handed over is an end of a socket pair, so that waitress meets a plain socket, and a slow client
    slows it down as it would without TLS.
    """

    def __init__(self, certificate: Certificate) -> None:
        """Read the certificate.

        Raises:
            InputError: it cannot be used.
        """
        self._certificate = certificate
        self._context = certificate.context()
        self._hand_over: HandOver = _nobody
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listening: socket.socket | None = None
        self._shaking: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread | None = None

    def renew(self) -> None:
        """Read the certificate anew, for the connections to come.

        Raises:
            InputError: it cannot be used; the old one stays.
        """
        self._context = self._certificate.context()

    def start(self, listening: socket.socket, hand_over: HandOver) -> None:
        listening.setblocking(False)  # noqa: FBT003 - the only way to say it
        self._loop = asyncio.new_event_loop()
        self._listening = listening
        self._hand_over = hand_over
        self._loop.call_soon(self._open_door)
        self._thread = threading.Thread(target=self._loop.run_forever, name="tls", daemon=True)
        self._thread.start()

    def stop_accepting(self) -> None:
        """Let go of the port and of half-made connections; the others go on."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._close_door(), self._loop).result()

    def stop(self) -> None:
        """Send what is left of answers that are done, for a little while, and end."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._see_out(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = None

    def _open_door(self) -> None:
        if self._listening is not None and len(self._open) < _AT_ONCE:
            asyncio.get_running_loop().add_reader(self._listening, self._accept, self._listening)

    def _accept(self, listening: socket.socket) -> None:
        # By hand: loop.sock_accept() loses a connection that it accepts as it is cancelled.
        loop = asyncio.get_running_loop()
        try:
            client, address = listening.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError:
            # No descriptor is left for now.
            loop.remove_reader(listening)
            loop.call_later(_BREATHER_SECONDS, self._open_door)
            return
        client.setblocking(False)  # noqa: FBT003 - the only way to say it
        task = loop.create_task(self._attend(client, address, self._hand_over))
        self._shaking.add(task)
        self._open.add(task)
        task.add_done_callback(partial(self._left, client))
        if len(self._open) >= _AT_ONCE:
            loop.remove_reader(listening)

    def _left(self, client: socket.socket, task: "asyncio.Task[None]") -> None:
        self._shaking.discard(task)
        self._open.discard(task)
        self._open_door()
        # Whatever became of it: cancelled before it began, nobody else would.
        client.close()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.debug("tls_broken_off", error=type(error).__name__)

    async def _attend(self, client: socket.socket, address: Any, hand_over: HandOver) -> None:
        reader, loop = asyncio.StreamReader(), asyncio.get_running_loop()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                client,
                ssl=self._context,
                ssl_handshake_timeout=_HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=_GOODBYE_SECONDS,
            )
        except (OSError, ssl.SSLError) as error:
            # It spoke no TLS, or not ours; the daemon's log is no place for it.
            _log.debug("tls_broken_off", error=type(error).__name__)
            return
        finally:
            self._shaking -= {asyncio.current_task()}
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            await _join(reader, writer, address, hand_over)
        finally:
            transport.abort()

    async def _close_door(self) -> None:
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None
        tasks = list(self._shaking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _see_out(self) -> None:
        tasks = list(self._open)
        if tasks:
            await asyncio.wait(tasks, timeout=_GOODBYE_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _nobody(connection: socket.socket, address: Any) -> None:  # noqa: ARG001 - a HandOver
    connection.close()


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    address: Any,
    hand_over: HandOver,
) -> None:
    """Pass on both ways until either side ends; what was sent by then arrives."""
    ours, theirs = socket.socketpair()
    inner_reader, inner_writer = await asyncio.open_connection(sock=ours)
    hand_over(theirs, address)
    ways = [
        asyncio.ensure_future(_pass_on(reader, inner_writer)),
        asyncio.ensure_future(_pass_on(inner_reader, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if ways[1].done():
            # The answers are all there: the client has them before the connection ends.
            writer.close()
            with suppress(OSError, ssl.SSLError, TimeoutError):
                async with asyncio.timeout(_STUCK_SECONDS):
                    await writer.wait_closed()
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        inner_writer.transport.abort()
        ours.close()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError, TimeoutError):
        while piece := await source.read(_PIECE):
            target.write(piece)
            async with asyncio.timeout(_STUCK_SECONDS):
                await target.drain()
