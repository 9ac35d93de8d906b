#!/usr/bin/env python3
"""An ETL that reads the records of a topic with their envelopes, and prints records with envelopes."""
import pathlib
import sys
from datetime import datetime, timezone

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import etl, milliseconds  # noqa: E402


def who(text):
    if text is None:
        return None
    kind, _, name = text.partition(":")
    return {"type": kind, "id": name or None}


def events_of(r):
    v = r.get("value")
    if not isinstance(v, dict) or not isinstance(v.get("type"), str) or not isinstance(r.get("key"), str):
        return
    ms = r.get("timestamp")
    yield {
        "interaction_id": r["key"], "seq": r.get("offset"), "event": v["type"], "actor": who(v.get("by")), "party": who(v.get("about")),
        "time": None if ms is None else datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds"),
        "queue": v.get("queue"), "operation": v.get("operation"), "visibility_mode": v.get("mode"), "reason": v.get("reason"),
        "media_type": v.get("media"),
    }


def row_of(f):
    return {"topic": "chat-rows", "key": f["interaction_id"], "value": {
        "chat": f["interaction_id"], "n": f["ordinal"], "kind": f["resource_type"], "name": f["resource"], "role": f["resource_role"],
        "result": f["technical_result"], "reason": f["result_reason"], "from": f["received_from"],
        "from_ms": milliseconds(f["start"]), "to_ms": milliseconds(f["end"])}}


if __name__ == "__main__":
    etl(events_of, row_of)
