#!/usr/bin/env python3
"""An ETL that reads TaskRouter's event callbacks, and prints the attempts of each task."""
import json
import pathlib
import sys
from datetime import datetime, timezone

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import etl, milliseconds  # noqa: E402


def events_of(m):
    if not isinstance(m.get("TaskAttributes"), str):
        return
    a = json.loads(m["TaskAttributes"])
    time = m.get("TimestampMs") and datetime.fromtimestamp(int(m["TimestampMs"]) / 1000, timezone.utc)
    yield {
        "interaction_id": m["TaskSid"], "seq": a["step"], "time": time and time.isoformat(timespec="milliseconds"), "event": a["event"],
        "actor": {"type": a["by"], "id": a.get("byName")} if a.get("by") else None,
        "party": {"type": a["about"], "id": a.get("aboutName")} if a.get("about") else None, "queue": m.get("TaskQueueName"),
        "operation": a.get("operation"), "visibility_mode": a.get("mode"), "reason": a.get("reason"), "media_type": a.get("media"),
    }


def row_of(f):
    return {"task": f["interaction_id"], "attempt": f["ordinal"], "kind": f["resource_type"], "name": f["resource"],
            "role": f["resource_role"], "result": f["technical_result"], "reason": f["result_reason"], "from": f["received_from"],
            "start_ms": milliseconds(f["start"]), "end_ms": milliseconds(f["end"])}


if __name__ == "__main__":
    etl(events_of, row_of)
