"""Authorities and certificates for a test, in files that change as those of a mounted Kubernetes secret do."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import trustme

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Pki:
    """The three files of one end, in a folder of their own, where all of them are exchanged in one instant."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "..data" / "tls.crt"

    @property
    def key(self) -> Path:
        return self.folder / "..data" / "tls.key"

    @property
    def authority(self) -> Path:
        return self.folder / "..data" / "ca.crt"

    def issue(self, authority: trustme.CA, *names: str) -> None:
        """Give this end a certificate of that authority."""
        certificate = authority.issue_cert(*(names or ("localhost", "127.0.0.1")))
        chain = b"".join(part.bytes() for part in certificate.cert_chain_pems)
        self.exchange({"tls.crt": chain, "tls.key": certificate.private_key_pem.bytes()})

    def believe(self, authorities: Iterable[trustme.CA]) -> None:
        """Have this end believe these authorities and no other."""
        self.exchange({"ca.crt": b"".join(authority.cert_pem.bytes() for authority in authorities)})

    def exchange(self, contents: Mapping[str, bytes]) -> None:
        """Replace files by name; the others stay as they are."""
        data, number = self.folder / "..data", next(_numbers)
        before = {path.name: path.read_bytes() for path in data.iterdir()} if data.exists() else {}
        (new := self.folder / f"..{number}").mkdir()
        for name, content in {**before, **contents}.items():
            (new / name).write_bytes(content)
        (link := self.folder / f"..link{number}").symlink_to(new)
        link.replace(data)


def new_pki(folder: Path, authority: trustme.CA, *names: str) -> Pki:
    """Return an end with a certificate of the authority for those names, which believes that authority."""
    folder.mkdir()
    pki = Pki(folder)
    pki.issue(authority, *names)
    pki.believe([authority])
    return pki
