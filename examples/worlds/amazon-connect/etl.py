#!/usr/bin/env python3
"""An ETL that reads contact events as EventBridge delivers them, and prints the attempts of each contact."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import etl  # noqa: E402


def events_of(m):
    d = m.get("detail")
    if not isinstance(d, dict):
        return
    tags = d["tags"]
    yield {
        "interaction_id": d["contactId"], "seq": int(tags["seq"]), "time": m.get("time"), "event": tags["event"],
        "actor": {"type": tags["by"], "id": tags.get("byName")} if "by" in tags else None,
        "party": {"type": tags["about"], "id": tags.get("aboutName")} if "about" in tags else None,
        "queue": d["queueInfo"]["queueArn"].split("/", 1)[1] if d.get("queueInfo") else None, "operation": tags.get("operation"),
        "visibility_mode": int(tags["mode"]) if "mode" in tags else None, "reason": tags.get("reason"), "media_type": tags.get("media"),
    }


def row_of(f):
    return {"ContactId": f["interaction_id"], "Attempts": [{
        "Number": f["ordinal"], "ResourceType": f["resource_type"].upper(), "Resource": f["resource"], "Role": f["resource_role"],
        "Result": f["technical_result"], "Reason": f["result_reason"], "From": f["received_from"], "Start": f["start"], "End": f["end"]}]}


if __name__ == "__main__":
    etl(events_of, row_of)
