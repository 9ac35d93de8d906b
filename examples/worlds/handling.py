"""What four of the ETLs share: the rules, taken from examples/python/classify.py, and three faults."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
from classify import answer  # noqa: E402


def consult_as_conference(e):
    e.pop("visibility_mode", None)


def stopped_as_expired(e):
    e.pop("reason", None)


def transfer_as_conference(e):
    if e.get("event") == "EventAgentInvited" and e.get("operation") == "transfer":
        e["operation"] = "conference"


FAULTS = {f.__name__: f for f in (consult_as_conference, stopped_as_expired, transfer_as_conference)}


def etl(events_of, row_of):
    """Read a world's messages from stdin, and print its rows. --fault NAME adds one of the faults."""
    fault = FAULTS[sys.argv[2]] if sys.argv[1:2] == ["--fault"] else lambda e: None
    log = []
    for line in sys.stdin.buffer:
        try:
            message = json.loads(line)
        except ValueError as why:
            print(f"line skipped: not JSON: {why}", file=sys.stderr)
            continue
        for e in events_of(message) if isinstance(message, dict) else ():
            log.append({name: v for name, v in e.items() if v is not None})
            fault(log[-1])
    for fact in answer(log):
        print(json.dumps(row_of(fact)))


def sound(e):
    return (isinstance(e, dict) and isinstance(e.get("interaction_id"), str) and isinstance(e.get("event"), str)
            and isinstance(e.get("time") or "", str) and all(isinstance(e.get(p) or {}, dict) for p in ("actor", "party")))


def adapter(messages_of, fact_of):
    """Send our events from stdin to the program that the arguments name, and print its rows as facts."""
    log, garbage = [], []
    for line in sys.stdin.buffer:
        try:
            e = json.loads(line)
            log.append(e) if sound(e) else garbage.append(line)
        except ValueError:
            garbage.append(line)
    text = b"".join(json.dumps(m).encode() + b"\n" for m in messages_of(log)) + b"".join(garbage)
    done = subprocess.run(sys.argv[1:], input=text, stdout=subprocess.PIPE, check=True)
    for line in done.stdout.splitlines():
        print(json.dumps(fact_of(json.loads(line))))


def milliseconds(time):
    """Convert an RFC 3339 time, in any zone, to milliseconds since 1970."""
    from datetime import datetime
    at = datetime.fromisoformat(time)
    return int(at.timestamp()) * 1000 + at.microsecond // 1000
