"""The peer's side of a comparison: answers the requests of side.mjs on standard input."""
import json
import resource
import sys
import time


def serve(versions, works):
    """`works`: by name, a function that prepares the work and returns one function, or a dict of equivalent ones by
    name, of which the fastest is taken."""
    print(json.dumps(versions), flush=True)
    name, step, way = None, None, None
    for line in sys.stdin:
        wanted, count = line.strip().rsplit(" ", 1)
        if wanted != name:
            name, step = wanted, None
            step, way = fastest(works[wanted]())
        start = time.perf_counter()
        for _ in range(int(count)):
            step()
        milliseconds = (time.perf_counter() - start) * 1000 / int(count)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"ms": milliseconds, "peak": peak, "way": way}), flush=True)


def fastest(ways):
    if callable(ways):
        ways()
        return ways, None
    times = {}
    for way, step in ways.items():
        step()
        start = time.perf_counter()
        for _ in range(5):
            step()
        times[way] = time.perf_counter() - start
    way = min(times, key=times.get)
    return ways[way], way
