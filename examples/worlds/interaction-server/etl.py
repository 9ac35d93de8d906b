#!/usr/bin/env python3
"""An ETL that reads Interaction Server's reporting events as attr_* messages, and prints rows in a form of its own.

It knows nothing of chatproof, and uses no code from outside this file. --fault NAME adds a fault.
"""
import json
import sys

FAULT = sys.argv[2] if sys.argv[1:2] == ["--fault"] else ""
COACH = 3
STRATEGY, AGENT, MEDIA_SERVER = 1, 2, 3  # attr_party_type
FINISHING = {"iWD_Completed": "", "iWD_Canceled": "Canceled"}  # queue in which an agent ends a chat -> reason
MOVES = ("EventPlacedInQueue", "EventTakenFromQueue", "EventPartyAdded", "EventAgentInvited", "EventRejected",
         "EventRevoked")
HAND_ON = {"RequestTransfer": "transfer", "RequestConference": "conference"}


class Chat:
    """Makes the attempts of one interaction from its messages, which come in order."""

    def __init__(self):
        self.rows = []                             # in the order in which they began
        self.ringing, self.talking = {}, {}        # agent -> row
        self.way = {}                              # how the next agent gets the chat; empty if no agent sent it
        self.place = self.stopped = None           # the row of the queue or strategy that has the chat; the stop's time
        self.reported = None                       # how many rows to print, once an agent has finished the chat
        self.pulled = self.customer_first = False  # the next party took the chat; the customer has just left

    def begin(self, kind, name, m, **more):
        return {"resource_type": kind, "resource": name, "started": m.get("attr_event_time"), "ended": None,
                "from": None, "how": None, "mode": None, "handed_on": False, "direct": False, "stopping": False,
                "outcome": None, **more}

    def invite(self, agent, m, **more):
        self.ringing[agent] = self.begin("agent", agent, m, **{**self.way, **more})
        self.rows.append(self.ringing[agent])
        self.mode(self.ringing[agent], m)

    def mode(self, of, m):
        of["mode"] = m.get("attr_visibility_mode") or of.get("mode")

    def message(self, m):
        name, by, by_agent = m["msg_name"], m.get("attr_party_type"), m.get("attr_actor_agent_id")
        agent, queue, how = m.get("attr_agent_id"), m.get("attr_itx_queue"), HAND_ON.get(m.get("attr_operation"))
        stopping = name == "EventRevoked" and m.get("attr_reason") == "Stopped"
        if name in MOVES and not stopping:
            self.customer_first = False
        if name == "EventPlacedInQueue":
            alone = len(self.talking) == 1 and not (self.ringing or self.place or self.pulled)
            if by == AGENT and queue in FINISHING and alone:
                self.talking[by_agent]["outcome"] = "Completed", FINISHING[queue]
                self.reported = self.reported or len(self.rows)
                self.way = {}
            elif by == AGENT:
                self.way = {"from": self.talking[by_agent], "how": how}
                self.talking[by_agent]["handed_on"] |= how == "transfer"
            self.mode(self.way, m)
            self.place = self.begin("queue", queue, m, role="Received")
            self.place["outcome"] = "CustomerAbandoned", "AbandonedWhileQueued"
        elif name == "EventTakenFromQueue":
            self.place, self.pulled = None, True
        elif name == "EventPartyAdded" and agent:
            if self.pulled:
                self.invite(agent, m, role="Puller")
            row = self.talking[agent] = self.ringing.pop(agent)
            self.mode(row, m)
            if not row["direct"]:
                self.way, self.pulled = {}, False
            elif row["how"] == "transfer":
                row["from"]["handed_on"] = True
        elif name == "EventPartyAdded":
            self.pulled = False
            self.place = self.begin("strategy", m.get("attr_strategy_name"), m, role="Puller")
            self.place["outcome"] = "CustomerAbandoned", ""
        elif name == "EventAgentInvited" and by == AGENT:
            self.invite(agent, m, **{"from": self.talking[by_agent], "how": how, "direct": True, "mode": None})
        elif name == "EventAgentInvited":
            self.place = None
            self.invite(agent, m)
        elif name in ("EventRejected", "EventRevoked"):
            if stopping and FAULT != "stopped_as_expired":
                self.ringing[agent]["stopping"] = True
                return
            row = self.ringing.pop(agent, None) or self.talking.pop(agent)
            row["outcome"] = "Abandoned" if row["direct"] else "Redirected", name[5:]
            row["ended"] = m.get("attr_event_time")
        elif name == "EventPartyRemoved" and agent:
            self.talking.pop(agent)["ended"] = m.get("attr_event_time")
            self.customer_first |= by == MEDIA_SERVER
        elif name == "EventPartyRemoved" and self.place and (
                self.place["resource_type"], self.place["resource"]) == ("strategy", m.get("attr_strategy_name")):
            self.place["ended"] = m.get("attr_event_time")   # but it keeps the chat until a queue or an agent gets it
        elif name == "EventProcessingStopped":
            self.stop(m, by == MEDIA_SERVER and not self.talking and not self.customer_first)

    def stop(self, m, abandoned):
        self.stopped = m.get("attr_event_time")
        for row in self.ringing.values():
            if abandoned and not row["direct"]:
                row["outcome"] = "CustomerAbandoned", "AbandonedWhileRinging"
            else:
                row["outcome"] = "Abandoned" if row["how"] else "Redirected", "Revoked"
        if abandoned and self.place and not self.reported:
            self.rows.append(self.place)
        self.ringing = {}

    def role(self, row):
        mistaken = FAULT == "transfer_as_conference" and row["direct"]
        if row["how"] == "conference" or row["how"] == "transfer" and mistaken:
            return "ReceivedConsult" if row["mode"] == COACH and FAULT != "consult_as_conference" else "InConference"
        return "ReceivedTransfer" if row["how"] else row.get("role", "RoutedTo")

    def report(self):
        waiting = [r["from"] for r in self.ringing.values() if r["direct"] and r["how"] == "transfer"]
        for n, row in enumerate(self.rows[:self.reported], 1):
            ended = row["ended"] or self.stopped
            if ended and (row["handed_on"] or not any(row is w for w in waiting)):
                result, reason = row["outcome"] or ("Transferred" if row["handed_on"] else "Completed", "")
                yield {"irf_ordinal": n, "resource_type": row["resource_type"], "resource": row["resource"],
                       "role": self.role(row), "result": result, "reason": reason, "started": row["started"], "ended": ended,
                       "from": next((i for i, r in enumerate(self.rows, 1) if r is row["from"]), None)}


def main():
    chats = {}
    for line in sys.stdin.buffer:
        try:
            m = json.loads(line)
            log = chats.setdefault(m["attr_itx_id"], [])
            log += [m] if m not in log else []     # skip a message that was delivered twice
        except (ValueError, KeyError, TypeError, RecursionError) as why:
            print(f"skipped: expected a JSON object with attr_itx_id: {why}", file=sys.stderr)
    for itx, log in chats.items():
        chat = Chat()
        try:
            for m in sorted(log, key=lambda m: m["attr_seq_number"]):
                chat.message(m)
            for row in chat.report():
                print(json.dumps({"itx_id": itx, **row}))
        except (KeyError, TypeError, AttributeError) as why:
            print(f"{itx}: no rows: {why!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
