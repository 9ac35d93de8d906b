#!/usr/bin/env python3
"""Does by hand what mapping.yaml does.

It sends chatproof's events as conversations to the ETL that the arguments name, and prints the ETL's documents as facts.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import adapter  # noqa: E402


def messages_of(log):
    chats = {}
    for e in log:
        actor, party = e.get("actor") or {}, e.get("party") or {}
        p = {"seq": str(e.get("seq")), "event": e["event"], "by": actor.get("type"), "byName": actor.get("id"), "about": party.get("type"),
             "aboutName": party.get("id"), "operation": e.get("operation"), "reason": e.get("reason"), "media": e.get("media_type"),
             "mode": e.get("visibility_mode") and str(e["visibility_mode"])}
        who = party or actor
        segments = chats.setdefault(e["interaction_id"], {}).setdefault((who.get("type"), who.get("id"), e.get("queue")), [])
        segments.append({"segmentStart": e.get("time"), "queueId": e.get("queue"),
                         "properties": [{"property": n, "propertyValue": v} for n, v in p.items() if v is not None]})
    for chat, participants in chats.items():
        yield {"conversationId": chat, "participants": [
            {"participantName": who[1], "sessions": [{"segments": segments}]} for who, segments in participants.items()]}


def fact_of(r):
    h = r["handlings"][0]
    return {"interaction_id": r["conversationId"], "ordinal": h["n"], "resource_type": h["kind"], "resource": h["name"],
            "resource_role": h["role"], "technical_result": h["result"], "result_reason": h["reason"], "received_from": h["from"],
            "start": h["start"], "end": h["end"]}


if __name__ == "__main__":
    adapter(messages_of, fact_of)
