#!/usr/bin/env python3
"""Keeps a batch and the service busy for a long time with good, bad and hostile photos, and checks that
memory and file descriptors do not grow.

    crates/service/tools/soak.py MINUTES [FOLDER...]

Run `cargo build --release --workspace --bins` first. The photos are those of `testdata` and of the
folders, and damaged copies of them. One process of `shomei review` works through a manifest, and one of
`shomei-service` answers four clients, who also send nonsense and hang up. Resident memory and
descriptors are read every 2 s. To warm up, all clients first send the photos that need most memory at
the same time, and a tenth of the time passes. After that, the median memory of the last third may
exceed that of the first by 5 % and 4 MiB, and the highest number of descriptors by 2. Every photo must
get its verdict, in order, and every request its answer.
"""

import collections
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PROJECT = pathlib.Path(__file__).resolve().parents[3]
PROGRAMS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")) / "release"
# glibc gives each thread a region of its own, which grows once that thread meets a large photo:
# some steps of 20 MiB in the first minutes that look like a leak, or hide one.
ENVIRONMENT = {**os.environ, "MALLOC_ARENA_MAX": "1"}
CLIENTS = 4
EVERY_S = 2


def hostile(photos):
    """Damaged copies of photos, by name."""
    draw = random.Random(8)
    made = {"nothing": b"", "noise": draw.randbytes(50_000), "ends": b"\xff\xd8" + b"\xff\xd9" * 50_000}
    for number, photo in enumerate(photos):
        made[f"cut-{number}"] = photo[: draw.randrange(len(photo))]
        flipped = bytearray(photo)
        for _ in range(draw.choice([1, 10, 1000])):
            flipped[draw.randrange(len(photo))] ^= 1 << draw.randrange(8)
        made[f"flips-{number}"] = bytes(flipped)
        frame = re.search(rb"\xff[\xc0\xc2]\0\x11\x08", photo)
        if frame:
            sides = draw.choice([b"\xff\xff\xff\xff", b"\x75\x30\x75\x30", b"\x18\x9c\x18\x9c", b"\0\1\xff\xff"])
            made[f"sides-{number}"] = photo[: frame.end()] + sides + photo[frame.end() + 4 :]
        made[f"more-{number}"] = photo + photo
    return made


class Watch:
    """Samples of a process."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")
        self.samples = []

    def look(self):
        try:
            status = (self.folder / "status").read_text()
            descriptors = len(os.listdir(self.folder / "fd"))
        except OSError:
            return
        resident = re.search(r"VmRSS:\s+(\d+) kB", status)
        if resident:
            self.samples.append((int(resident[1]) / 1024, descriptors))

    def level(self, name):
        """Prints the thirds; whether the last is like the first."""
        rest = self.samples[len(self.samples) // 10 :]
        third = len(rest) // 3
        if not third:
            print(f"{name}: too few samples")
            return False
        memories, descriptors = [], []
        for number in range(3):
            part = rest[number * third : (number + 1) * third]
            memory, open_files = zip(*part)
            memories.append(statistics.median(memory))
            descriptors.append(max(open_files))
            print(
                f"{name}, third {number + 1}: {len(part)} samples, resident MiB min {min(memory):.1f}"
                f" median {memories[-1]:.1f} max {max(memory):.1f}, descriptors min {min(open_files)}"
                f" max {descriptors[-1]}"
            )
        return memories[2] <= memories[0] * 1.05 + 4 and descriptors[2] <= descriptors[0] + 2


def batch(folder, kinds, minutes):
    """A batch with far more rows than time, and what it said so far."""
    draw = random.Random(1)
    name = lambda: draw.choice(draw.choice(kinds))
    rows = "".join(f"{number},{name()}\n" for number in range(int(minutes * 60 * 300)))
    manifest = folder / "manifest.csv"
    manifest.write_text("application_id,path\n" + rows)
    process = subprocess.Popen(
        [PROGRAMS / "shomei", "review", "--manifest", manifest, "--format", "jsonl", "--jobs", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    verdicts, faults = collections.Counter(), []

    def read():
        for number, line in enumerate(process.stdout):
            review = json.loads(line)
            if review["id"] != str(number) or (review["verdict"] == "accept") != (not review["findings"]):
                faults.append(line[:80])
            if review["measurements"]["failure"]:
                faults.append(review["measurements"]["failure"])
            verdicts[review["verdict"]] += 1

    reader = threading.Thread(target=read)
    reader.start()
    return process, reader, verdicts, faults


def service(folder):
    log = folder / "log"
    process = subprocess.Popen(
        [PROGRAMS / "shomei-service", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"],
        stderr=log.open("wb"),
        env=ENVIRONMENT,
    )
    while "ready" not in log.read_text():
        if process.poll() is not None:
            sys.exit(log.read_text())
        time.sleep(0.1)
    address = re.search(r"[ \"]listen\"?[=:]\"?([\d.]+):(\d+)", log.read_text())
    return process, (address[1], int(address[2]))


def client(address, kinds, stop, answers, faults, seed):
    """Sends photos on a connection that is kept for a while, with nonsense in between."""
    draw = random.Random(seed)
    connection = None
    while not stop.is_set():
        kind = draw.random()
        try:
            if kind < 0.02:
                # Promises more than it sends, and hangs up.
                with socket.create_connection(address, 10) as raw:
                    raw.sendall(b"POST /v1/reviews HTTP/1.1\r\nhost: a\r\ncontent-type: image/jpeg\r\ncontent-length: 90000\r\n\r\nx")
                answers["hung up"] += 1
                continue
            if kind < 0.04:
                with socket.create_connection(address, 30) as raw:
                    raw.sendall(draw.randbytes(200) + b"\r\n\r\n")
                    raw.recv(1000)
                answers["noise"] += 1
                continue
            if connection is None or kind > 0.95:
                if connection is not None:
                    connection.close()
                connection = http.client.HTTPConnection(*address, timeout=120)
            if kind < 0.08:
                connection.request("GET", draw.choice(["/", "/none", "/openapi.json", "/v1/reviews"]))
            else:
                photo = draw.choice(draw.choice(kinds))
                connection.request("POST", "/v1/reviews?lang=en", photo, {"content-type": "image/jpeg"})
            answer = connection.getresponse()
            body = answer.read()
            answers[answer.status] += 1
            if kind >= 0.08 and answer.status == 200:
                review = json.loads(body)
                answers[review["verdict"]] += 1
                if (review["verdict"] == "accept") != (not review["findings"]):
                    faults.append(body[:80])
            elif answer.status >= 500 and answer.status != 503:
                faults.append(body[:200])
        except (OSError, http.client.HTTPException) as error:
            # Also a refusal that comes before the whole photo is sent.
            answers[type(error).__name__] += 1
            if connection is not None:
                connection.close()
            connection = None


def warm(address, photos):
    """All clients send each of the photos, side by side: what is at most in use at once."""

    def send():
        for photo in photos:
            connection = http.client.HTTPConnection(*address, timeout=120)
            try:
                connection.request("POST", "/v1/reviews", photo, {"content-type": "image/jpeg"})
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                pass
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    minutes = float(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="soak-"))
    paths = [path for top in [PROJECT / "testdata/photos", *sys.argv[2:]] for path in pathlib.Path(top).iterdir()]
    paths = sorted(path.resolve() for path in paths if path.is_file())
    photos = [path.read_bytes() for path in paths if path.stat().st_size < 4 << 20]
    sound = [photo for photo in photos if len(photo) > 1000]
    damaged = hostile(random.Random(8).sample(sound, min(len(sound), 40)))
    for name, data in damaged.items():
        (folder / f"{name}.jpg").write_bytes(data)
    print(f"{len(paths)} photos, {len(damaged)} damaged, {minutes:g} minutes", flush=True)

    server, address = service(folder)
    started = time.monotonic()
    warm(address, sorted(photos, key=len)[-60:] + [data for name, data in damaged.items() if "sides" in name])
    print(f"warm after {time.monotonic() - started:.0f} s", flush=True)
    # As many of the one as of the other, and files that are not there.
    named = [[str(path) for path in paths], [f"{name}.jpg" for name in [*damaged, "missing"]]]
    sent = [photos, list(damaged.values())]
    reviewing, reader, verdicts, faults = batch(folder, named, minutes)
    stop, answers = threading.Event(), collections.Counter()
    clients = [
        threading.Thread(target=client, args=(address, sent, stop, answers, faults, seed))
        for seed in range(CLIENTS)
    ]
    for thread in clients:
        thread.start()
    watches = {"batch": Watch(reviewing.pid), "service": Watch(server.pid)}
    end = time.monotonic() + minutes * 60
    for number in itertools.count():
        if time.monotonic() >= end:
            break
        time.sleep(EVERY_S)
        for watch in watches.values():
            watch.look()
        if number % 150 == 149:
            now = {name: watch.samples[-1] for name, watch in watches.items() if watch.samples}
            print(f"{now} {sum(verdicts.values())} photos {answers[200]} answers", flush=True)
        if reviewing.poll() is not None or server.poll() is not None:
            faults.append("a program ended early")
            break

    stop.set()
    reviewing.send_signal(signal.SIGINT)
    for thread in clients:
        thread.join()
    server.send_signal(signal.SIGTERM)
    reader.join()
    reviewing.stderr.read()
    ends = {"batch": reviewing.wait(), "service": server.wait()}
    print("batch:", dict(verdicts), "photos:", sum(verdicts.values()), "exit", ends["batch"])
    print("service:", dict(answers), "exit", ends["service"])
    level = [watch.level(name) for name, watch in watches.items()]
    for fault in faults[:10]:
        print("fault:", fault)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    passed = all(level) and not faults and ends == {"batch": 130, "service": 0} and verdicts and answers[200]
    print("level" if passed else "NOT level")
    sys.exit(0 if passed else 1)


main()
