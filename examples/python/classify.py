#!/usr/bin/env python3
"""Classify chats: event lines in on stdin, one fact line for each handling attempt out on stdout.

A chat is replayed in the order of `seq`. R1-R14 and the reference answers of I1-I17 are all here.
W1-W9 are not: only a chat that cannot be followed is skipped.
"""
import json
import sys
from dataclasses import dataclass

EVENTS = {"Event" + name for name in (   # all others are neutral or unknown
    "InteractionSubmitted", "PlacedInQueue", "TakenFromQueue", "PartyAdded", "AgentInvited",
    "Rejected", "Revoked", "PartyRemoved", "ProcessingStopped")}


@dataclass(eq=False)
class Leg:
    """A way to an agent: the chat enters, or an agent hands on, directly or through a queue."""
    operation: str = ""                  # "transfer" or "conference"; empty: the chat is entering
    initiator: "Attempt | None" = None   # the attempt of the agent who hands on
    direct: bool = False
    mode: int | None = None              # visibility mode given on the queueing
    stay: "Attempt | None" = None        # the queue or strategy the chat is in right now


@dataclass(eq=False)
class Attempt:
    resource: str
    start: str
    leg: Leg
    mode: int | None = None              # the latest visibility mode given
    kind: str = "agent"                  # or "queue", "strategy": reported if the chat ends there
    own_role: str = "RoutedTo"           # R1; R6, R7, I7 give others
    handed_over: bool = False            # its transfer was accepted (R9) or went through a queue
    outcome: tuple = ()                  # result and reason, if not accepted; else see R8, R9
    end: str = ""

    def role(self):
        if self.leg.operation == "conference":                                # R3-R5, I15
            return "ReceivedConsult" if self.mode == 3 else "InConference"
        return "ReceivedTransfer" if self.leg.operation else self.own_role    # R2, I3


def classify(chat_id, events):
    """Yield the facts of one chat, given its events in order."""
    attempts, alerted, handling, strategies = [], {}, {}, {}   # the dicts: who -> attempt
    leg, cut_off, stopped = None, False, ""     # stopped: when
    for n, e in enumerate(events):
        event, time, actor, party = e["event"][5:], e["time"], e["actor"], e.get("party") or {}
        who, mode = party.get("id"), e.get("visibility_mode")
        if stopped or (event == "InteractionSubmitted") != (n == 0):
            raise ValueError("not submitted first, or not stopped last")      # W1, W2
        stopping = event == "Revoked" and e.get("reason") == "Stopped"
        cut_off = cut_off and (stopping or event in ("PartyRemoved", "ProcessingStopped"))
        if event == "PlacedInQueue":
            if actor["type"] == "agent":
                leg = Leg(e["operation"], handling[actor["id"]])
                leg.initiator.handed_over |= leg.operation == "transfer"      # I3
            elif not attempts:
                leg = leg or Leg()
            leg.mode = mode or leg.mode
            leg.stay = Attempt(e["queue"], time, Leg(), None, "queue", "Received")
            leg.stay.outcome = "CustomerAbandoned", "AbandonedWhileQueued"    # if it ends there
        elif event == "TakenFromQueue":
            leg.stay = None
        elif event == "PartyAdded" and party["type"] == "strategy":
            leg.stay = strategies[who] = Attempt(who, time, Leg(), None, "strategy", "Puller")
            leg.stay.outcome = "CustomerAbandoned", ""
        elif event == "PartyAdded":
            if who not in alerted:                                            # I7
                alerted[who] = Attempt(who, time, leg, leg.mode, own_role="Puller")
                attempts.append(alerted[who])
            new = handling[who] = alerted.pop(who)
            new.mode = mode or new.mode
            if not new.leg.direct:
                leg = None
            elif new.leg.operation == "transfer":
                new.leg.initiator.handed_over = True                          # R9, I17
        elif event == "AgentInvited":
            if actor["type"] == "agent":
                by = Leg(e["operation"], handling[actor["id"]], direct=True)
            else:                        # R5: for the agent, if any, who queued the chat
                by, leg.stay = leg, None
            alerted[who] = Attempt(who, time, by, mode or by.mode)
            attempts.append(alerted[who])
        elif event in ("Rejected", "Revoked") and not stopping:
            failed = alerted.pop(who)    # R10, R11, I1, I4; if stopping, the stop closes it
            result = "Abandoned" if failed.leg.direct else "Redirected"
            failed.outcome, failed.end = (result, event), time
        elif event == "PartyRemoved":    # a removed strategy stays leg.stay until the next one (R7)
            (handling if party["type"] == "agent" else strategies).pop(who).end = time
            cut_off = cut_off or (party["type"], actor["type"]) == ("agent", "media_server")
        elif event == "ProcessingStopped":
            # An agent whom the media server removed on the way to the stop was still handling.
            lost = actor["type"] == "media_server" and not handling and not cut_off
            for a in alerted.values():
                if lost and not a.leg.direct:                                 # R14, I6
                    a.outcome = "CustomerAbandoned", "AbandonedWhileRinging"
                else:                                                         # I5, I10
                    a.outcome = "Abandoned" if a.leg.operation else "Redirected", "Revoked"
            if lost and leg and leg.stay:       # R12, R13, I6, I13; no row: I9, I11, I16
                attempts.append(leg.stay)
            alerted, stopped = {}, time
    # I17: who leaves during its own direct transfer has no result until that is answered.
    waiting = {a.leg.initiator for a in alerted.values() if a.leg.operation == "transfer"}
    for ordinal, a in enumerate(attempts, 1):
        end = a.end or stopped                                                # I14
        if end and (a.handed_over or a not in waiting):
            result, reason = a.outcome or ("Transferred" if a.handed_over else "Completed", "")
            yield {"interaction_id": chat_id, "ordinal": ordinal, "resource_type": a.kind,
                   "resource": a.resource, "resource_role": a.role(), "technical_result": result,
                   "result_reason": reason, "start": a.start, "end": end,
                   "received_from": a.leg.initiator and attempts.index(a.leg.initiator) + 1}


if __name__ == "__main__":
    logs = {}
    for line in filter(bytes.strip, sys.stdin.buffer):
        try:
            e = json.loads(line)
            if e["event"] in EVENTS:     # an exact duplicate is no second event
                logs.setdefault(e["interaction_id"], {}).setdefault(e["seq"], e)
        except (ValueError, TypeError, KeyError, RecursionError) as why:
            print(f"line skipped, no event: {why!r}", file=sys.stderr)
    for chat_id, log in logs.items():
        try:
            for fact in list(classify(chat_id, [log[seq] for seq in sorted(log)])):
                print(json.dumps(fact))
        except (ValueError, TypeError, KeyError, AttributeError) as why:
            print(f"{chat_id}: skipped, ill-formed: {why!r}", file=sys.stderr)
