"""Makes certificates as JSON on stdin describes them, each signed by one named before it, or itself."""

import datetime
import ipaddress
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


def key_of(kind):
    name, size = kind.split(" ")
    if name == "RSA":
        return rsa.generate_private_key(65537, int(size))
    curves = {"192": ec.SECP192R1, "256": ec.SECP256R1, "384": ec.SECP384R1}
    return ec.generate_private_key(curves[size]())


def general_name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def subject(name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


made = {}
for each in json.load(sys.stdin):
    key = key_of(each["key"])
    signer_name, signer_key = (
        made[each["by"]][:2] if each.get("by") else (each["subject"], key)
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject(each["subject"]))
        .issuer_name(subject(signer_name))
        .public_key(key.public_key())
        .serial_number(int(each["serial"], 16))
        .not_valid_before(datetime.datetime.fromisoformat(each["from"]))
        .not_valid_after(datetime.datetime.fromisoformat(each["to"]))
        .add_extension(x509.BasicConstraints(each["ca"], None), True)
    )
    if each["names"]:
        names = [general_name(name) for name in each["names"]]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    signed = builder.sign(signer_key, hashes.SHA256())
    made[each["subject"]] = (
        each["subject"],
        key,
        {
            "key": key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
            "cert": signed.public_bytes(serialization.Encoding.PEM).decode(),
        },
    )
json.dump({name: one[2] for name, one in made.items()}, sys.stdout)
