#!/usr/bin/env python3
"""Compares Shomei with three alternatives on the same photos: CPU time and memory.

    cargo build --release --workspace
    venv/bin/python benches/peers/compare.py [ROUNDS] [--write]

In every round, each peer runs right after `shomei review --jobs 1`. A ratio is taken within such a
pair, and the table shows the median over all rounds. CPU time is user and system time of the
process with all its threads, without start-up: the peers start counting after loading and a first
photo, and for Shomei the time of a run on a file that is not a photo is subtracted. Prints
Markdown. With `--write` it also replaces the tables in `benches/README.md` and draws
`benches/stages.svg` again. Linux only.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from picture import draw

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
INPUTS = pathlib.Path(os.environ.get("SHOMEI_BENCH_INPUTS", ROOT / "target" / "bench-inputs"))
PEERS = {
    "OpenCV script": "opencv_script.py",
    "MediaPipe script": "mediapipe_script.py",
    "OFIQ's formulas": "ofiq_formulas.py",
}
SETS = {"mix-12mp": "12 MP", "mix-1mp": "1 MP"}
OURS = "Shomei"
# Which bodies of `stages` make which part of the picture; the rest of the review is checks.
PARTS = {
    "decode": ["decode/decode"],
    "detector": ["face/detector"],
    "landmarks": ["face/landmarks"],
    "masks": ["face/person", "face/classes"],
}


BEGIN, END = "<!-- What compare.py prints -->\n", "<!-- End of what compare.py prints -->\n"
said = []


def say(line):
    print(line, flush=True)
    said.append(line + "\n")


def command(arguments):
    """Output, CPU milliseconds, wall milliseconds and peak memory (MiB) of a process."""
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = (time.perf_counter() - begun) * 1e3
        output.seek(0)
        text = output.read().decode()
    # 1 and 2: a photo was rejected, or could not be read.
    if os.waitstatus_to_exitcode(status) not in (0, 1, 2):
        sys.exit(f"{arguments[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return text, (usage.ru_utime + usage.ru_stime) * 1e3, wall, usage.ru_maxrss / 1024


def review(photos, jobs=1):
    arguments = [PROGRAMS / "shomei", "review", "--jobs", str(jobs), "--format", "jsonl"]
    return command([*arguments, *photos])


def ours(photos):
    start = review([HERE / "requirements.txt"])[1]
    text, spent, _, peak = review(photos)
    accepted = sum(json.loads(line)["verdict"] == "accept" for line in text.splitlines())
    return {"ms": (spent - start) / len(photos), "start_ms": start, "peak_mib": peak, "accepted": accepted}


def theirs(script, photos):
    text = command([sys.executable, HERE / script, *photos])[0]
    return json.loads(text)


def stages(photo, rounds):
    """Our CPU milliseconds and allocations by body, on one photo."""
    text = command([PROGRAMS / "stages", photo, str(rounds)])[0]
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    return {row[0]: (float(row[1]), int(row[3])) for row in rows}


def parts(bodies, whole):
    """The stages of the picture; what is left of the whole is checks."""
    made = {part: sum(bodies[name][0] for name in names) for part, names in PARTS.items()}
    return {**made, "checks": max(0.0, whole - sum(made.values()))}


def middle(rounds, value):
    return statistics.median(value(one) for one in rounds)


def compare(folder, rounds):
    """Medians by program, and paired ratios by peer."""
    photos = sorted((INPUTS / folder).glob("*.jpg"))
    pairs = {peer: [] for peer in PEERS}
    for _ in range(rounds):
        for peer, script in PEERS.items():
            pairs[peer].append((ours(photos), theirs(script, photos)))
    mine = [pair[0] for runs in pairs.values() for pair in runs]
    rows = {OURS: {key: middle(mine, lambda run: run[key]) for key in mine[0]}}
    for peer, runs in pairs.items():
        rows[peer] = {key: middle(runs, lambda run: run[1][key]) for key in mine[0]}
        rows[peer]["ratio"] = middle(runs, lambda run: run[1]["ms"] / run[0]["ms"])
        rows[peer]["memory_ratio"] = middle(runs, lambda run: run[1]["peak_mib"] / run[0]["peak_mib"])
        rows[peer]["stages"] = {
            stage: middle(runs, lambda run: run[1]["stages"].get(stage, 0.0))
            for stage in runs[0][1]["stages"]
        }
    return rows, len(photos)


def table(name, rows, count):
    say(f"\n{name}, {count} photos:\n")
    say("| | CPU ms per photo | × Shomei | start-up, CPU ms | peak MiB | × Shomei | accepted |")
    say("|---|---|---|---|---|---|---|")
    for who, row in rows.items():
        ratio, memory = (f"{row.get(key, 1):.2f}" for key in ("ratio", "memory_ratio"))
        say(
            f"| {who} | {row['ms']:.1f} | {ratio} | {row['start_ms']:.0f} "
            f"| {row['peak_mib']:.0f} | {memory} | {row['accepted']:.0f} |"
        )


def floor(bodies):
    """A review, beside the sum of the stages that it needs in any case."""
    needed = ["read/file", "jpeg/1/8", "face/detector", "face/landmarks", "face/person", "face/classes"]
    total = sum(bodies[name][0] for name in needed)
    say("\nCPU milliseconds of a review of `single/12mp.jpg`, beside its floor: reading the file, decoding it at")
    say("⅛, and running each network once, with the resizing that it needs.\n")
    say("| " + " | ".join(needed) + " | floor | review | × floor |")
    say("|---" * (len(needed) + 3) + "|")
    whole = bodies["review/review"][0]
    cells = [*(bodies[name][0] for name in needed), total, whole]
    say("| " + " | ".join(f"{cell:.1f}" for cell in cells) + f" | {whole / total:.2f} |")
    say("\nEach stage on the same photo. A reallocation counts as an allocation.\n")
    say("| stage | CPU ms | allocations |\n|---|---|---|")
    for name, (spent, allocations) in bodies.items():
        say(f"| `{name}` | {spent:.2f} | {allocations} |")


def limits(rounds):
    """Start-up time and memory."""
    single, large = INPUTS / "single", sorted((INPUTS / "large").glob("*.jpg"))
    cold = [review([single / "1mp.jpg"]) for _ in range(rounds)]
    start = [review([HERE / "requirements.txt"]) for _ in range(rounds)]
    peak = max(review(large, jobs=2)[3] for _ in range(rounds))
    say("\n| the program | |\n|---|---|")
    say(f"| `shomei review` of a file that is not a photo, CPU | {middle(start, lambda r: r[1]):.0f} ms |")
    say(f"| `shomei review` of one 1 MP photo, wall | {middle(cold, lambda r: r[2]):.0f} ms |")
    say(f"| peak memory of two workers over {len(large)} files of 36 MP | {peak:.0f} MiB |")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    rounds = int(arguments[0]) if arguments else 5
    subprocess.run([PROGRAMS / "inputs", INPUTS], check=True, stdout=subprocess.DEVNULL)
    bars = []
    say(f"Medians of {rounds} rounds.")
    for folder, size in SETS.items():
        rows, count = compare(folder, rounds)
        table(f"`{folder}`", rows, count)
        photos = sorted((INPUTS / folder).glob("*.jpg"))
        each = [parts(stages(photo, 3), 0.0) for photo in photos]
        made = {part: statistics.mean(one[part] for one in each) for part in PARTS}
        made["checks"] = max(0.0, rows[OURS]["ms"] - sum(made.values()))
        bars.append((size, [(OURS, made), *((peer, rows[peer]["stages"]) for peer in PEERS)]))
    floor(stages(INPUTS / "single" / "12mp.jpg", 9))
    limits(rounds)
    if "--write" in sys.argv:
        (HERE.parent / "stages.svg").write_text(draw(bars), encoding="utf-8")
        page = HERE.parent / "README.md"
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        page.write_text(before + BEGIN + "".join(said) + "\n" + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
