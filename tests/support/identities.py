"""A real provider of identities on loopback: discovery, authorize, token, keys; and its faults."""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

CLIENT, SECRET = "vigie", "the-secret-of-the-client"
_KEYS = [RSAKey.generate_key(2048, {"kid": f"key-{n}", "use": "sig"}) for n in range(2)]
"""Made once: it takes its time."""


@dataclass
class Faults:
    """What the provider does wrong; as made, nothing."""

    claims: dict[str, Any] = field(default_factory=dict)
    """In place of the right ones; None: left out."""
    algorithm: str = "RS256"
    stranger: bool = False
    """Signs with a key that it does not publish."""
    same_id: bool = False
    """And gives it the id of the one that it does."""
    metadata: dict[str, Any] = field(default_factory=dict)
    token_status: int = 200
    denies: bool = False


class IdentityProvider:
    """Vouches for whoever asks, as `person` has them: there is no password to type."""

    def __init__(self, now: Any) -> None:
        self._now = now
        self.person: dict[str, Any] = {}
        self.faults = Faults()
        self.signing = 0
        """Which key it signs with; it publishes that one alone."""
        self.asked: list[str] = []
        self.seen: dict[str, str] = {}
        self.by_form = False
        self.tokens: list[str] = []
        """Every secret it gave out: none may turn up anywhere."""
        self._codes: dict[str, dict[str, str]] = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/realms/essai"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _serve(self) -> None:
        # Looks often whether it is to end: a test waits for it.
        self._server.serve_forever(poll_interval=0.01)

    def _app(self) -> Flask:
        app = Flask("identities")

        @app.before_request
        def note() -> None:
            self.asked.append(request.path.rsplit("/", 1)[-1])

        @app.get("/realms/essai/.well-known/openid-configuration")
        def discovery() -> Response:
            known = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
            return jsonify(known | self.faults.metadata)

        @app.get("/realms/essai/keys")
        def keys() -> Response:
            return jsonify(KeySet([_KEYS[self.signing]]).as_dict(private=False))

        @app.get("/realms/essai/authorize")
        def authorize() -> AnyResponse:
            asked = request.args.to_dict()
            assert asked["response_type"] == "code"
            assert asked["client_id"] == CLIENT
            assert asked["code_challenge_method"] == "S256"
            self.seen = asked
            if self.faults.denies:
                answer = {"error": "access_denied", "state": asked["state"]}
                return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked
            self.tokens.append(code)
            answer = {"code": code, "state": asked["state"], "iss": self.issuer}
            return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")

        @app.post("/realms/essai/token")
        def token() -> tuple[Response, int]:
            if self.faults.token_status != 200:
                return jsonify(error="server_error"), self.faults.token_status
            asked = self._codes.pop(request.form["code"], None)
            auth, form = request.authorization, request.form
            self.by_form = auth is None and "client_secret" in form
            shown = (
                (form.get("client_id"), form.get("client_secret"))
                if auth is None
                else (auth.username, auth.password)
            )
            if shown != (CLIENT, SECRET):
                return jsonify(error="invalid_client"), 401
            if (
                asked is None
                or challenge_of(request.form["code_verifier"]) != asked["code_challenge"]
            ):
                return jsonify(error="invalid_grant"), 400
            assert request.form["redirect_uri"] == asked["redirect_uri"]
            access, id_token = secrets.token_urlsafe(16), self._signed(asked["nonce"])
            self.tokens += [access, id_token]
            return jsonify(access_token=access, token_type="Bearer", id_token=id_token), 200

        return app

    def _signed(self, nonce: str) -> str:
        now: datetime = self._now()
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "nonce": nonce,
            **self.person,
            **self.faults.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.faults.algorithm == "none":
            return f"{_part({'alg': 'none'})}.{_part(claims)}."
        key = _KEYS[1 - self.signing] if self.faults.stranger else _KEYS[self.signing]
        kid = _KEYS[self.signing].kid if self.faults.same_id else key.kid
        header = {"alg": self.faults.algorithm, "kid": kid}
        if self.faults.algorithm == "HS256":
            # By a secret that both know: whoever has it could vouch for anybody.
            secret = OctKey.import_key(SECRET * 2)
            return jwt.encode(header, claims, secret)
        return jwt.encode(header, claims, key)


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
