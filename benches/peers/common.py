"""Common code of the peers. Each reviews the photos on its command line and prints a line of JSON."""

import json
import resource
import sys
import time


class Clock:
    """CPU milliseconds of this process by stage, threads of libraries included."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.last = time.process_time()

    def lap(self, stage: str) -> None:
        now = time.process_time()
        self.stages[stage] = self.stages.get(stage, 0.0) + (now - self.last) * 1e3
        self.last = now


def run(prepare, review) -> None:
    """`review(tools, path, clock)` returns the reasons to refuse a photo; none means accepted."""
    photos = sys.argv[1:]
    tools = prepare()
    review(tools, photos[0], Clock())
    started = time.process_time()
    clock = Clock()
    reasons = {photo: review(tools, photo, clock) for photo in photos}
    spent = (time.process_time() - started) * 1e3
    result = {
        "ms": spent / len(photos),
        "stages": {stage: ms / len(photos) for stage, ms in clock.stages.items()},
        "start_ms": started * 1e3,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "accepted": sum(not found for found in reasons.values()),
        "reasons": reasons,
    }
    print(json.dumps(result))
