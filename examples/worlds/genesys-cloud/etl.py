#!/usr/bin/env python3
"""An ETL that reads one document for each conversation, and prints documents with its handlings."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import etl  # noqa: E402


def events_of(doc):
    for participant in doc.get("participants") or ():
        for session in participant["sessions"]:
            for segment in session["segments"]:
                p = {x["property"]: x["propertyValue"] for x in segment["properties"]}
                yield {
                    "interaction_id": doc["conversationId"], "seq": int(p["seq"]), "time": segment["segmentStart"], "event": p["event"],
                    "actor": {"type": p["by"], "id": p.get("byName")} if "by" in p else None,
                    "party": {"type": p["about"], "id": p.get("aboutName")} if "about" in p else None,
                    "queue": segment.get("queueId"), "operation": p.get("operation"),
                    "visibility_mode": int(p["mode"]) if "mode" in p else None, "reason": p.get("reason"), "media_type": p.get("media"),
                }


def row_of(f):
    return {"conversationId": f["interaction_id"], "handlings": [{
        "n": f["ordinal"], "kind": f["resource_type"], "name": f["resource"], "role": f["resource_role"], "result": f["technical_result"],
        "reason": f["result_reason"], "from": f["received_from"], "start": f["start"], "end": f["end"]}]}


if __name__ == "__main__":
    etl(events_of, row_of)
