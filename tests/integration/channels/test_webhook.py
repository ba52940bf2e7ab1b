import hashlib
import hmac
import json
from pathlib import Path

import pytest

from monitor.alerts import channels
from monitor.alerts.channels.payload import Payload, payload_of, payload_schema
from monitor.alerts.channels.webhook import WebhookChannel
from monitor.alerts.notification import Attachment, DeliveryFault
from tests.support.channels import NOW, breach, poster
from tests.support.receivers import Receiver, answer

SECRET = "s3cret"


def hook(url: str, *, public_only: bool = False) -> WebhookChannel:
    post = poster(public_only=public_only)
    return WebhookChannel("hook", url=url, secret=SECRET, poster=post, now=lambda: NOW)


def test_what_is_posted_is_signed_keyed_and_as_published() -> None:
    told = breach(
        attachments=(Attachment(name="liste.csv", media_type="text/csv", content=b"a;b\n"),)
    )
    with Receiver(answer(200, b"ok")) as server:
        receipt = hook(f"{server.url}/in").send(told)
    (posted,) = server.posted
    assert receipt.detail == "200 ok"
    assert posted.path == "/in"
    assert posted.headers["Idempotency-Key"] == told.key
    stamp, _, given = posted.headers["Vigie-Signature"].partition(",v1=")
    assert stamp == f"t={int(NOW.timestamp())}"
    signed = f"{int(NOW.timestamp())}.".encode() + posted.body
    assert given == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    payload = Payload.model_validate_json(posted.body)
    assert payload == payload_of(told)
    assert (payload.id, payload.obligation.case, payload.confirmed) == (told.key, "INC-4711", True)
    assert payload.attachments[0].text == "a;b\n"


def test_sent_again_it_is_the_same_body_under_the_same_key() -> None:
    with Receiver() as server:
        channel = hook(server.url)
        channel.send(breach())
        channel.send(breach())
    one, two = server.posted
    assert one.body == two.body
    assert one.headers["Idempotency-Key"] == two.headers["Idempotency-Key"]


def test_it_stays_out_of_private_networks() -> None:
    with Receiver() as server, pytest.raises(DeliveryFault, match="allow_private") as refused:
        hook(server.url, public_only=True).send(breach())
    assert refused.value.permanent
    assert server.posted == []


def test_the_published_schema_is_that_of_what_is_posted() -> None:
    shipped = Path(*channels.__path__) / "webhook.schema.json"
    docs = Path(__file__).parents[3] / "docs" / "webhook.schema.json"
    assert json.loads(shipped.read_text(encoding="utf-8")) == payload_schema()
    assert docs.read_text(encoding="utf-8") == shipped.read_text(encoding="utf-8")


def test_a_digest_has_no_case() -> None:
    payload = payload_of(breach(fields={"case": "", "episode": ""}))
    assert (payload.obligation.case, payload.obligation.episode) == (None, None)
