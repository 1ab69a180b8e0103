"""A city's sign-in service for tests: OpenID Connect on a socket of its own, with real signatures."""

import base64
import hashlib
import logging
import secrets
import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server


class CityService:
    """Knows one person, `claims`, and lets them in without a word."""

    def __init__(self):
        self.claims = {"sub": "s-1", "email": "ada@example.org", "email_verified": True}
        self.id_token_changes = {}
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self.signing_key = self.key
        self.asked = {}
        app = Flask(__name__)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.about)
        app.add_url_rule("/keys", view_func=self.keys)
        app.add_url_rule("/authorize", view_func=self.authorize)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def about(self):
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/keys",
            id_token_signing_alg_values_supported=["RS256"],
        )

    def keys(self):
        return jsonify(keys=[self.key.as_dict(private=False)])

    def authorize(self):
        code = secrets.token_urlsafe()
        self.asked[code] = request.args.to_dict()
        back = urlencode({"code": code, "state": request.args["state"]})
        return redirect(f"{request.args['redirect_uri']}?{back}")

    def token(self):
        asked = self.asked.pop(request.form["code"])
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert asked["code_challenge_method"] == "S256"
        assert asked["code_challenge"] == proof, "not the browser that began"
        said = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            **self.claims,
            **self.id_token_changes,
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, said, self.signing_key)
        return jsonify(access_token="a", token_type="Bearer", id_token=token, expires_in=300)

    def path_back(self, location):
        """What the browser does at the service: it comes back with a code."""
        wanted = {key: value[0] for key, value in parse_qs(urlsplit(location).query).items()}
        code = secrets.token_urlsafe()
        self.asked[code] = wanted
        back = urlsplit(wanted["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': wanted['state']})}"

    def stop(self):
        self.server.shutdown()
