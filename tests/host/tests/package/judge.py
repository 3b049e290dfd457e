"""Judges what a client of security keys made, given as JSON on standard input, by python3-fido2's server and
by fido2-assert. Says "valid" where both find it so, and none of the same with another signature.
"""

import base64
import json
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2 import cbor
from fido2.client import ClientData
from fido2.ctap2 import AttestationObject, AuthenticatorData
from fido2.server import Fido2Server


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def response(made):
    return {name: decode(text) for name, text in made["response"].items() if isinstance(text, str)}


class Server:
    def __init__(self, rp_id, challenge):
        origin = "secinfo://" + rp_id
        self.server = Fido2Server({"id": rp_id, "name": rp_id}, verify_origin=origin.__eq__)
        self.asked = {"challenge": decode(challenge), "user_verification": "required"}

    def registered(self, made):
        _, state = self.server.register_begin({"id": b"user", "name": "user"}, **self.asked)
        made = response(made)
        attestation = AttestationObject(made["attestationObject"])
        data = self.server.register_complete(state, ClientData(made["clientDataJSON"]), attestation)
        return data.credential_data

    def accepts(self, key, signed):
        _, state = self.server.authenticate_begin([key], **self.asked)
        made = response(signed)
        client_data, data = ClientData(made["clientDataJSON"]), AuthenticatorData(made["authenticatorData"])
        answer = (decode(signed["id"]), client_data, data, made["signature"])
        try:
            self.server.authenticate_complete(state, [key], *answer)
        except ValueError as error:
            assert str(error) == "Invalid signature."
            return False
        return True


def tool_accepts(rp_id, key, signed):
    made = response(signed)
    x, y = (int.from_bytes(key.public_key[name], "big") for name in (-2, -3))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    data = cbor.encode(made["authenticatorData"])
    client_data = ClientData(made["clientDataJSON"]).hash
    lines = [base64.b64encode(part).decode() for part in (client_data, data, made["signature"])]
    lines.insert(1, rp_id)
    with tempfile.NamedTemporaryFile() as file:
        file.write(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        file.flush()
        words = ["fido2-assert", "-V", "-p", "-v", file.name, "es256"]
        return subprocess.run(words, input="\n".join(lines) + "\n", text=True).returncode == 0


def spoiled(signed):
    signature = bytearray(decode(signed["response"]["signature"]))
    signature[-1] ^= 1
    signature = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    return dict(signed, response=dict(signed["response"], signature=signature))


given = json.load(sys.stdin)
server = Server(given["rp_id"], given["challenge"])
key, signed = server.registered(given["registered"]), given["signed"]
assert server.accepts(key, signed)
assert tool_accepts(given["rp_id"], key, signed)
assert not server.accepts(key, spoiled(signed))
assert not tool_accepts(given["rp_id"], key, spoiled(signed))
print("valid")
