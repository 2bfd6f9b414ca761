"""Makes a chain, lists of what is revoked and responders' answers as JSON on stdin names addresses for them."""

import datetime
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

asked = json.load(sys.stdin)
now = datetime.datetime.fromisoformat(asked["now"])
day = datetime.timedelta(days=1)
sha256 = hashes.SHA256()


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, serial, signer=None, ca=False, extensions=()):
    key = ec.generate_private_key(ec.SECP256R1())
    by, by_key = signer or (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(by))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - 90 * day)
        .not_valid_after(now + 90 * day)
        .add_extension(x509.BasicConstraints(ca, None), True)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, False)
    return key, builder.sign(by_key, sha256)


def point(url):
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


root_key, root = certificate("root", 1, ca=True)
signer = ("root", root_key)
other_key, other = certificate("other", 2, ca=True)
names = x509.SubjectAlternativeName([x509.DNSName("www.example.com")])
leaf_key, leaf = certificate(
    "leaf",
    0xBADC0DE,
    signer,
    extensions=[
        names,
        x509.CRLDistributionPoints([point(asked["crl"])]),
        x509.AuthorityInformationAccess(
            [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(asked["ocsp"]))]
        ),
    ],
)
listed_key, listed = certificate(
    "listed", 0xBADC0DF, signer, extensions=[names, x509.CRLDistributionPoints([point(asked["crl"])])]
)
bare_key, bare = certificate("bare", 3, signer, extensions=[names])
responding = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
responder_key, responder = certificate("responder", 4, signer, extensions=[responding])
clerk_key, clerk = certificate("clerk", 5, signer)


def crl(*serials, by="root", key=None, since=now - day, until=now + day, extensions=(), critical=True):
    builder = x509.CertificateRevocationListBuilder().issuer_name(named(by)).last_update(since).next_update(until)
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - 2 * day).build()
        builder = builder.add_revoked_certificate(revoked)
    for extension in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key or root_key, sha256).public_bytes(serialization.Encoding.DER).hex()


def scope(url, **more):
    flags = {
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    full = [x509.UniformResourceIdentifier(url)] if url else None
    return x509.IssuingDistributionPoint(full, None, **{**flags, **more})


def answer(status, about=leaf, key=None, by=None, sent=(), since=now - day, until=now + day):
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=about,
        issuer=root,
        algorithm=hashes.SHA1(),
        cert_status=status,
        this_update=since,
        next_update=until,
        revocation_time=now - 2 * day if status == ocsp.OCSPCertStatus.REVOKED else None,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by or root)
    if sent:
        builder = builder.certificates(list(sent))
    return builder.sign(key or root_key, sha256).public_bytes(serialization.Encoding.DER).hex()


good, revoked, unknown = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN
mine = leaf.serial_number, listed.serial_number


def pem(key, cert):
    return {
        "key": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        "cert": cert.public_bytes(serialization.Encoding.PEM).decode(),
    }


json.dump(
    {
        "certificates": {
            "root": pem(root_key, root),
            "leaf": pem(leaf_key, leaf),
            "listed": pem(listed_key, listed),
            "bare": pem(bare_key, bare),
        },
        "crls": {
            "good": crl(7, 8),
            "empty": crl(),
            "revoked": crl(7, *mine, 8),
            "forged": crl(key=other_key),
            "of another": crl(by="other", key=other_key),
            "past": crl(since=now - 9 * day, until=now - day),
            "to come": crl(since=now + day, until=now + 9 * day),
            "a shard": crl(*mine, extensions=[scope(asked["crl"], only_contains_user_certs=True)]),
            "another shard": crl(extensions=[scope("http://crl.example.net/2")]),
            "of authorities": crl(extensions=[scope(None, only_contains_ca_certs=True)]),
            "indirect": crl(extensions=[scope(None, indirect_crl=True)]),
            "a delta": crl(extensions=[x509.DeltaCRLIndicator(1)]),
        },
        "answers": {
            "good": answer(good),
            "revoked": answer(revoked),
            "unknown": answer(unknown),
            "of a responder": answer(good, key=responder_key, by=responder, sent=[responder]),
            "of a clerk": answer(good, key=clerk_key, by=clerk, sent=[clerk]),
            "forged": answer(good, key=other_key, by=other, sent=[other]),
            "about another": answer(good, about=bare),
            "past": answer(good, since=now - 9 * day, until=now - day),
            "to come": answer(good, since=now + day, until=now + 9 * day),
            "old, without end": answer(good, since=now - 3 * day, until=None),
            "fresh, without end": answer(good, since=now - day / 2, until=None),
            "later": ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
            .public_bytes(serialization.Encoding.DER)
            .hex(),
        },
    },
    sys.stdout,
)
