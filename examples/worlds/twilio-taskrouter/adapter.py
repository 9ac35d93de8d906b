#!/usr/bin/env python3
"""Does by hand what mapping.yaml does.

It sends chatproof's events as callbacks to the ETL that the arguments name, and prints the ETL's attempts as facts.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import adapter, milliseconds  # noqa: E402


def messages_of(log):
    for e in log:
        actor, party = e.get("actor") or {}, e.get("party") or {}
        yield {"TaskSid": e["interaction_id"], "TimestampMs": e.get("time") and str(milliseconds(e["time"])), "TaskQueueName": e.get("queue"),
               "TaskAttributes": json.dumps({
                   "step": e.get("seq"), "event": e["event"], "by": actor.get("type"), "byName": actor.get("id"), "about": party.get("type"),
                   "aboutName": party.get("id"), "operation": e.get("operation"), "mode": e.get("visibility_mode"),
                   "reason": e.get("reason"), "media": e.get("media_type")})}


def fact_of(r):
    return {"interaction_id": r["task"], "ordinal": r["attempt"], "resource_type": r["kind"], "resource": r["name"],
            "resource_role": r["role"], "technical_result": r["result"], "result_reason": r["reason"], "received_from": r["from"],
            "start": r["start_ms"] // 1000, "end": r["end_ms"] // 1000}


if __name__ == "__main__":
    adapter(messages_of, fact_of)
