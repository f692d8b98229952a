import base64
import hashlib
import json
import stat
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)

from tools.package import PackageError, write_zip
from tools.signing import load_key, make_keys, signed

NOW = 1_790_000_000


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_keys(tmp_path_factory.mktemp("keys") / "own")


@pytest.fixture(scope="module")
def key(keys: tuple[Path, Path]) -> rsa.RSAPrivateKey:
    """The private key, which takes a quarter of a second to check at each reading."""
    return load_key(keys[0])


@pytest.fixture
def package() -> bytes:
    out = BytesIO()
    write_zip({"manifest.yaml": b"name: a\n", "main.py": b"print()"}, out)
    return out.getvalue()


def verify(package: bytes, public: Path) -> None:
    """As the daemon does (docs/platform/dify.md#signatures-of-packages). Raises InvalidSignature."""
    key = load_pem_public_key(public.read_bytes())
    assert isinstance(key, rsa.RSAPublicKey)
    with zipfile.ZipFile(BytesIO(package)) as archive:
        data = b"".join(hashlib.sha256(archive.read(name)).digest() for name in archive.namelist())
        comment = json.loads(archive.comment)
    data += str(comment["time"]).encode()
    key.verify(base64.b64decode(comment["signature"]), data, padding.PKCS1v15(), hashes.SHA256())


def test_signed_package_verifies_and_keeps_its_files(
    keys: tuple[Path, Path], key: rsa.RSAPrivateKey, package: bytes
) -> None:
    made = signed(package, key, NOW)
    verify(made, keys[1])
    with zipfile.ZipFile(BytesIO(made)) as archive:
        assert archive.read("main.py") == b"print()"
        assert json.loads(archive.read(".verification.dify.json")) == {"authorized_category": "community"}
        assert json.loads(archive.comment)["time"] == NOW


def test_changed_package_does_not_verify(
    keys: tuple[Path, Path], key: rsa.RSAPrivateKey, package: bytes
) -> None:
    made = BytesIO(signed(package, key, NOW))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("more.py", b"")
    with pytest.raises(InvalidSignature):
        verify(made.getvalue(), keys[1])


def test_second_signature_replaces_the_first(
    keys: tuple[Path, Path], key: rsa.RSAPrivateKey, package: bytes
) -> None:
    once = signed(package, key, NOW)
    assert signed(once, key, NOW) == once
    verify(signed(once, key, NOW + 1), keys[1])


def test_keys_have_the_form_that_the_daemon_reads(keys: tuple[Path, Path], key: rsa.RSAPrivateKey) -> None:
    private, public = (path.read_text() for path in keys)
    assert private.startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert private.endswith("-----END RSA PRIVATE KEY-----\n")
    assert public.startswith("-----BEGIN RSA PUBLIC KEY-----")
    assert stat.S_IMODE(keys[0].stat().st_mode) == 0o600
    assert key.key_size == 4096


def test_keys_are_never_written_over(keys: tuple[Path, Path]) -> None:
    before = keys[0].read_bytes()
    with pytest.raises(PackageError, match="exists"):
        make_keys(keys[0].with_name("own"))
    assert keys[0].read_bytes() == before


def test_what_is_no_private_key_is_refused_by_name(keys: tuple[Path, Path], tmp_path: Path) -> None:
    elliptic = tmp_path / "elliptic.pem"
    elliptic.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    with pytest.raises(PackageError, match=r"nowhere\.pem cannot be read.*make key"):
        load_key(tmp_path / "nowhere.pem")
    with pytest.raises(PackageError, match=r"own\.public\.pem is no private key"):
        load_key(keys[1])
    with pytest.raises(PackageError, match="no RSA key"):
        load_key(elliptic)
