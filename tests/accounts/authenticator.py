"""A security key made of software, as a browser would hand its answers to the page."""

import hashlib
import json
import secrets

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as text

USED, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


class Authenticator:
    """Makes one key for one site and signs with it. Keys that move between devices do not count."""

    counts = True

    def __init__(self, origin="http://localhost", site="localhost"):
        self.origin, self.site = origin, site
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def make(self, options, *, verified=True):
        """The answer to `navigator.credentials.create`."""
        public = self.key.public_key().public_numbers()
        key = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        )
        flags = USED | HAS_KEY | (VERIFIED if verified else 0)
        data = self._data(flags) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._client("webauthn.create", options["challenge"])
        return self._answer(clientDataJSON=said, attestationObject=attestation)

    def use(self, options, *, verified=True):
        """The answer to `navigator.credentials.get`."""
        self.count += self.counts
        data = self._data(USED | (VERIFIED if verified else 0))
        said = self._client("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(said).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=signature)

    def _data(self, flags):
        site = hashlib.sha256(self.site.encode()).digest()
        return site + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response):
        name = text(self.id)
        parts = {key: text(value) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})
