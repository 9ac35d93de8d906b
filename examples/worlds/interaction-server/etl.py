#!/usr/bin/env python3
"""An ETL of Interaction Server's reporting events: attr_* messages in, rows of its own out."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from handling import etl  # noqa: E402

KINDS = {1: "strategy", 2: "agent", 3: "media_server", 4: "interaction_server"}


def events_of(m):
    if not isinstance(m.get("attr_itx_id"), str) or not isinstance(m.get("msg_name"), str):
        return
    party = None
    if m.get("attr_agent_id"):
        party = {"type": "agent", "id": m["attr_agent_id"]}
    elif m.get("attr_strategy_name"):
        party = {"type": "strategy", "id": m["attr_strategy_name"]}
    actor = {"type": KINDS.get(m.get("attr_party_type")),
             "id": m.get("attr_actor_agent_id") or m.get("attr_actor_router_id") or m.get("attr_actor_name")}
    yield {
        "interaction_id": m["attr_itx_id"], "seq": m.get("attr_seq_number"), "time": m.get("attr_event_time"), "event": m["msg_name"],
        "actor": actor if actor["type"] else None, "party": party, "queue": m.get("attr_itx_queue"),
        "operation": m["attr_operation"].removeprefix("Request").lower() if m.get("attr_operation") else None,
        "visibility_mode": m.get("attr_visibility_mode"), "reason": m.get("attr_reason"), "media_type": m.get("attr_itx_media_type"),
    }


def row_of(f):
    return {"itx_id": f["interaction_id"], "irf_ordinal": f["ordinal"], "resource_type": f["resource_type"], "resource": f["resource"],
            "role": f["resource_role"], "result": f["technical_result"], "reason": f["result_reason"], "from": f["received_from"],
            "started": f["start"], "ended": f["end"]}


if __name__ == "__main__":
    etl(events_of, row_of)
