#!/usr/bin/env python3
"""Does by hand what mapping.yaml does.

It sends chatproof's events as records to the ETL that the arguments name, and prints the ETL's records as facts.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import adapter, milliseconds  # noqa: E402


def who(party):
    return party and party.get("type", "") + ":" + (party.get("id") or "")


def messages_of(log):
    for e in log:
        yield {"topic": "chat-events", "partition": 0, "offset": e.get("seq"), "key": e.get("interaction_id"),
               "timestamp": e.get("time") and milliseconds(e["time"]),
               "value": {"type": e.get("event"), "by": who(e.get("actor")), "about": who(e.get("party")), "queue": e.get("queue"),
                         "operation": e.get("operation"), "mode": e.get("visibility_mode"), "reason": e.get("reason"),
                         "media": e.get("media_type") or "chat"}}


def fact_of(r):
    v = r["value"]
    return {"interaction_id": v["chat"], "ordinal": v["n"], "resource_type": v["kind"], "resource": v["name"], "resource_role": v["role"],
            "technical_result": v["result"], "result_reason": v["reason"], "received_from": v["from"],
            "start": v["from_ms"] // 1000, "end": v["to_ms"] // 1000}


if __name__ == "__main__":
    adapter(messages_of, fact_of)
