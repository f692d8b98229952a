"""`make sign KEY=…`: the package with a signature that a strict Dify can verify.

It signs by itself, because Dify's program cannot be had from a package index, and the form is a few lines
(docs/platform/dify.md#signatures-of-packages). `make key KEY=name` makes a pair of keys as the daemon reads them.
"""

import base64
import hashlib
import json
import os
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from tools.package import PackageError, package_name, write_zip

VERIFICATION: Final = ".verification.dify.json"
_CATEGORY: Final = {"authorized_category": "community"}
"""The daemon tells it to Dify, which may let in only `langgenius` or `partner`; we are neither."""
_BITS: Final = 4096


def make_keys(name: Path) -> tuple[Path, Path]:
    """Write `<name>.private.pem` (for the owner's eyes alone) and `<name>.public.pem`; never over others.

    Raises PackageError where one of them exists.
    """
    private, public = (name.with_name(f"{name.name}.{kind}.pem") for kind in ("private", "public"))
    if private.exists() or public.exists():
        raise PackageError(f"{private} or {public} exists: a new key would make its signatures worthless")
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1))
    return private, public


def load_key(path: Path) -> rsa.RSAPrivateKey:
    """The private key of a PEM file without a password; PackageError says what is wrong with it."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise PackageError(
            f"{path} cannot be read: {error.strerror}. `make key KEY=name` makes one"
        ) from error
    except (ValueError, TypeError) as error:
        raise PackageError(f"{path} is no private key in PEM form without a password") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise PackageError(f"{path} is no RSA key")
    return key


def signed(package: bytes, key: rsa.RSAPrivateKey, now: int) -> bytes:
    """The package with its signature made at `now` (seconds of Unix time); an older signature is replaced."""
    contents = _contents(package) | {VERIFICATION: json.dumps(_CATEGORY).encode()}
    out = BytesIO()
    write_zip(contents, out)
    signature = key.sign(_digests(out.getvalue(), now), padding.PKCS1v15(), hashes.SHA256())
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = json.dumps(
            {"signature": base64.b64encode(signature).decode(), "time": now}
        ).encode()
    return out.getvalue()


def _digests(package: bytes, now: int) -> bytes:
    """What is signed: the digests of all files in the order of the zip, and the time in decimals."""
    with zipfile.ZipFile(BytesIO(package)) as archive:
        digests = [hashlib.sha256(archive.read(name)).digest() for name in archive.namelist()]
    return b"".join(digests) + str(now).encode()


def _contents(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != VERIFICATION}


def main() -> None:
    """`python -m tools.signing KEY`: sign; `python -m tools.signing --new NAME`: make keys."""
    root = Path(__file__).resolve().parents[1]
    try:
        if sys.argv[1:2] == ["--new"]:
            private, public = make_keys(Path(sys.argv[2]))
            sys.stdout.write(f"{private} is for you alone; {public} is for who trusts you\n")
            return
        key = load_key(Path(sys.argv[1]))
        package = root / "dist" / package_name(root)
        target = package.with_suffix(".signed.difypkg")
        target.write_bytes(signed(package.read_bytes(), key, int(time.time())))
        sys.stdout.write(f"{target.relative_to(root)}\n")
    except PackageError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
