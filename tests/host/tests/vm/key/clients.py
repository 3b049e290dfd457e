"""Clients of security keys that are not ours, at a key that is plugged in: clients.py USER CODE CODE.

fido2-tools and python3-fido2 each register the key for a user, and prove that it works; then they prove its
user.
"""

import base64
import hashlib
import json
import subprocess
import sys

from fido2 import cbor
from fido2.client import Fido2Client
from fido2.ctap2.extensions import CredProtectExtension
from fido2.hid import CtapHidDevice

DEVICE = "/dev/hidraw0"
PIN = "correct horse"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def decoded(options):
    """Options with bytes where their JSON has text."""
    options = dict(options, challenge=decode(options["challenge"]))
    if "user" in options:
        options["user"] = dict(options["user"], id=decode(options["user"]["id"]))
    for name in ("excludeCredentials", "allowCredentials"):
        options[name] = [dict(key, id=decode(key["id"])) for key in options.get(name, [])]
    return options


class Python:
    """python3-fido2."""

    def client(self, rp_id):
        (device,) = CtapHidDevice.list_devices()
        return Fido2Client(device, "secinfo://" + rp_id, verify=lambda *_: True)

    def create(self, options):
        # This version knows no later members, and an extension by a name of its own.
        known = ("rp", "user", "challenge", "pubKeyCredParams", "excludeCredentials", "extensions")
        options = {name: value for name, value in decoded(options).items() if name in known}
        policy = CredProtectExtension.POLICY(options["extensions"]["credentialProtectionPolicy"])
        options["extensions"] = {"credentialProtectionPolicy": policy}
        made = self.client(options["rp"]["id"]).make_credential(options, pin=PIN)
        made_id = made.attestation_object.auth_data.credential_data.credential_id
        return made_id, made.client_data, bytes(made.attestation_object.with_string_keys())

    def get(self, options):
        options = {
            name: value
            for name, value in decoded(options).items()
            if name in ("challenge", "rpId", "allowCredentials")
        }
        signed = self.client(options["rpId"]).get_assertion(options, pin=PIN).get_response(0)
        return signed.credential_id, signed.client_data, signed.authenticator_data, signed.signature


class Tools:
    """fido2-tools."""

    def run(self, words, lines):
        with open("/run/test/tool.in", "w") as file:
            file.write("".join(line + "\n" for line in lines))
        # Without a terminal the PIN is read from standard input.
        words = ["setsid", "-w", *words, "-i", "/run/test/tool.in", DEVICE]
        if "-M" in words:
            words.append("es256")
        output = subprocess.run(words, input=PIN + "\n", stdout=subprocess.PIPE, check=True, text=True)
        return output.stdout.splitlines()

    def client_data(self, kind, rp_id, options):
        made = {"type": kind, "challenge": options["challenge"], "origin": "secinfo://" + rp_id}
        made = json.dumps(made).encode()
        return made, base64.b64encode(hashlib.sha256(made).digest()).decode()

    def create(self, options):
        rp_id, user = options["rp"]["id"], options["user"]
        client_data, digest = self.client_data("webauthn.create", rp_id, options)
        user_id = base64.b64encode(decode(user["id"])).decode()
        lines = self.run(["fido2-cred", "-M", "-v"], [digest, rp_id, user["name"], user_id])
        data = cbor.decode(base64.b64decode(lines[3]))
        # As a browser passes it on where no attestation is asked for.
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return base64.b64decode(lines[4]), client_data, made

    def get(self, options):
        client_data, digest = self.client_data("webauthn.get", options["rpId"], options)
        (key,) = options["allowCredentials"]
        key = decode(key["id"])
        lines = [digest, options["rpId"], base64.b64encode(key).decode()]
        lines = self.run(["fido2-assert", "-G", "-v", "-p"], lines)
        data = cbor.decode(base64.b64decode(lines[2]))
        return key, client_data, data, base64.b64decode(lines[3])


def as_json(key, **response):
    response = {name: encode(value) for name, value in response.items()}
    key = encode(key)
    whole = {"id": key, "rawId": key, "type": "public-key", "response": response}
    return json.dumps(dict(whole, clientExtensionResults={}))


def created(client, options):
    key, client_data, made = client.create(options)
    return as_json(key, clientDataJSON=client_data, attestationObject=made)


def gotten(client, options):
    key, client_data, data, signature = client.get(options)
    return as_json(key, clientDataJSON=client_data, authenticatorData=data, signature=signature)


class Secinfo:
    """The command, as a user runs it for another program."""

    def __init__(self, user, *words):
        ids = ["--reuid=" + user, "--regid=" + user, "--init-groups", "--reset-env"]
        words = ["setpriv", *ids, "secinfo", "--json", *words]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)

    def write(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self):
        return json.loads(self.process.stdout.readline())

    def end(self):
        print(self.process.stdout.readline(), end="")
        assert self.process.wait() == 0


def enroll(client, user, code):
    add = Secinfo(user, "add", "security-key", "--exchange", "--label", type(client).__name__)
    add.write(code)
    assert add.read()["enrollment"]["kind"] == "security-key"
    made = created(client, add.read()["creation_options"])
    add.write(made)
    add.write(gotten(client, add.read()["request_options"][0]))
    add.end()
    return json.loads(made)["id"]


def verify(client, user, made):
    verify = Secinfo(user, "verify", "--exchange", "--method", type(client).__name__)
    (options,) = verify.read()["request_options"]
    # The user has more of them on this key.
    options["allowCredentials"] = [key for key in options["allowCredentials"] if key["id"] == made]
    verify.write(gotten(client, options))
    verify.end()


user = sys.argv[1]
# fido2-tools do not ask whether the key holds a credential of the user already.
for client, code in zip((Python(), Tools()), sys.argv[2:]):
    verify(client, user, enroll(client, user, code))
