"""Fetch pinned registry packages and read their members, checking hashes."""

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile


class HashError(Exception):
    """A file does not have the pinned sha256."""


def sha256(data):
    """Return the sha256 of some bytes as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def require_hash(what, data, expected):
    """Raise HashError unless the bytes have the expected sha256."""
    actual = sha256(data)
    if actual != expected:
        raise HashError(f"{what}: sha256 is {actual}, expected {expected}")


def download(source, folder):
    """Fetch a package file into a folder with the registry's own client."""
    registry = source["registry"]
    name = source["package"]
    version = source["version"]
    if registry == "pypi":
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--dest",
            str(folder),
            f"{name}=={version}",
        ]
    elif registry == "npm":
        command = [
            "npm",
            "pack",
            "--silent",
            "--ignore-scripts",
            "--pack-destination",
            str(folder),
            f"{name}@{version}",
        ]
    else:
        raise ValueError(f"unknown registry {registry}")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def read_package(source, cache):
    """Return the bytes of a package file, fetched if the cache lacks it."""
    path = cache / source["package_file"]
    if not path.exists():
        download(source, cache)
    data = path.read_bytes()
    require_hash(path.name, data, source["package_sha256"])
    return data


def read_archive_member(archive, name, is_tar):
    """Return one member of a tar.gz or zip archive given as bytes."""
    file = io.BytesIO(archive)
    if is_tar:
        with tarfile.open(fileobj=file) as tar:
            return tar.extractfile(name).read()
    with zipfile.ZipFile(file) as zipped:
        return zipped.read(name)


def read_member(source, name, expected, cache):
    """Return the bytes of a package's member.

    With a `container` in the source, the package holds that zip archive and
    the member is inside it.
    """
    data = read_package(source, cache)
    is_tar = source["package_file"].endswith(".tgz")
    container = source["container"]
    if container:
        data = read_archive_member(data, container, is_tar)
        require_hash(container, data, source["container_sha256"])
        is_tar = False
    data = read_archive_member(data, name, is_tar)
    require_hash(name, data, expected)
    return data
