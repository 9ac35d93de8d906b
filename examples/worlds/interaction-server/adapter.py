#!/usr/bin/env python3
"""Does by hand what mapping.yaml does.

It sends chatproof's events as attr_* messages to the ETL that the arguments name, and prints the ETL's rows as facts.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import adapter  # noqa: E402

KINDS = {"strategy": 1, "agent": 2, "media_server": 3, "interaction_server": 4}
ACTOR = {"strategy": "attr_actor_router_id", "agent": "attr_actor_agent_id"}


def messages_of(log):
    for e in log:
        actor, party, operation = e.get("actor") or {}, e.get("party") or {}, e.get("operation")
        m = {
            "msg_name": e.get("event"), "attr_seq_number": e.get("seq"), "attr_event_time": e.get("time"), "attr_itx_id": e.get("interaction_id"),
            "attr_itx_media_type": e.get("media_type") or "chat", "attr_party_type": KINDS.get(actor.get("type")),
            ACTOR.get(actor.get("type"), "attr_actor_name"): actor.get("id"),
            "attr_agent_id" if party.get("type") == "agent" else "attr_strategy_name": party.get("id"),
            "attr_itx_queue": e.get("queue"), "attr_operation": operation and "Request" + operation.capitalize(),
            "attr_visibility_mode": e.get("visibility_mode"), "attr_reason": e.get("reason"),
        }
        yield {name: v for name, v in m.items() if v is not None}


def fact_of(r):
    return {"interaction_id": r["itx_id"], "ordinal": r["irf_ordinal"], "resource_type": r["resource_type"], "resource": r["resource"],
            "resource_role": r["role"], "technical_result": r["result"], "result_reason": r["reason"], "received_from": r["from"],
            "start": r["started"], "end": r["ended"]}


if __name__ == "__main__":
    adapter(messages_of, fact_of)
