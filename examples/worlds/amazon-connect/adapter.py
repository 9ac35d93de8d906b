#!/usr/bin/env python3
"""Does by hand what mapping.yaml does.

It sends chatproof's events as contact events to the ETL that the arguments name, and prints the ETL's attempts as facts.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import adapter  # noqa: E402


def messages_of(log):
    for e in log:
        actor, party = e.get("actor") or {}, e.get("party") or {}
        tags = {"seq": str(e.get("seq")), "event": e["event"], "by": actor.get("type"), "byName": actor.get("id"), "about": party.get("type"),
                "aboutName": party.get("id"), "operation": e.get("operation"), "reason": e.get("reason"), "media": e.get("media_type"),
                "mode": e.get("visibility_mode") and str(e["visibility_mode"])}
        yield {"source": "aws.connect", "time": e.get("time"), "detail": {
            "contactId": e["interaction_id"], "queueInfo": e.get("queue") and {"queueArn": "arn:aws:connect:::queue/" + e["queue"]},
            "tags": {n: v for n, v in tags.items() if v is not None}}}


def fact_of(r):
    a = r["Attempts"][0]
    return {"interaction_id": r["ContactId"], "ordinal": a["Number"], "resource_type": a["ResourceType"].lower(), "resource": a["Resource"],
            "resource_role": a["Role"], "technical_result": a["Result"], "result_reason": a["Reason"], "received_from": a["From"],
            "start": a["Start"], "end": a["End"]}


if __name__ == "__main__":
    adapter(messages_of, fact_of)
