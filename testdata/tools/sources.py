"""The packages the photos come from, pinned to the byte."""

import hashlib
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

from PIL import Image

# (requirement, wheel name, sha256, extra pip arguments)
PACKAGES = {
    "openpeople": (
        "openpeople==0.1.2",
        "openpeople-0.1.2-py3-none-any.whl",
        "6faee04493aa7e3e913ba7bc720db90bb9e5f4b7e65eaaf74cd77f74c74e609f",
        [],
    ),
    "scikit-image": (
        "scikit-image==0.25.2",
        "scikit_image-0.25.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "24cc986e1f4187a12aa319f777b36008764e856e5013666a4a83f8df083c2641",
        ["--platform", "manylinux2014_x86_64", "--python-version", "3.11"],
    ),
}


class Sources:
    """Reads members of the pinned wheels; fetches a wheel that is not there yet."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.open = {}

    def wheel(self, package):
        if package in self.open:
            return self.open[package]
        requirement, name, sha256, extra = PACKAGES[package]
        path = self.folder / name
        if not path.exists():
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                 "--dest", str(self.folder), *extra, requirement],
                check=True,
            )
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != sha256:
            raise SystemExit(f"{name}: sha256 is {found}, expected {sha256}")
        self.open[package] = zipfile.ZipFile(path)
        return self.open[package]

    def image(self, package, member):
        return Image.open(BytesIO(self.wheel(package).read(member))).convert("RGB")

    def person(self, number, asset="studio_portrait"):
        """One of OpenPeople's synthetic people, by number."""
        return self.image("openpeople", f"openpeople/data/curated/P{number:03}/assets/{asset}.jpg")

    def sample(self, name):
        """One of scikit-image's sample pictures."""
        return self.image("scikit-image", f"skimage/data/{name}")
