"""Classify chats: read event lines from stdin, and print fact lines to stdout.

This already reads, groups and orders the events, but prints no rows yet. Make classify() return the rows of a chat.
"""
import json
import sys


def classify(interaction_id, events):
    """Return the rows of one chat. The events are dicts, in the order of seq.

    A chat has a row for each invitation of an agent, once that invitation has ended. An example is
    {"interaction_id": interaction_id, "ordinal": 1, "resource_type": "agent", "resource": "Agent 1",
     "resource_role": "RoutedTo", "technical_result": "Completed", "result_reason": None}
    """
    rows = []
    # Fill in here: go through the events, and append rows.
    return rows


def main():
    chats = {}  # the events of each chat by seq: an event that comes twice counts once
    for line in sys.stdin.buffer:
        try:
            event = json.loads(line)
            if not (isinstance(event["interaction_id"], str) and isinstance(event["seq"], int) and isinstance(event["event"], str)):
                raise ValueError("no interaction_id, seq or event")
            chats.setdefault(event["interaction_id"], {}).setdefault(event["seq"], event)
        except (ValueError, TypeError, KeyError, RecursionError) as why:
            print(f"skipped, not an event: {why!r}", file=sys.stderr)
    for interaction_id, by_seq in chats.items():
        try:
            for row in classify(interaction_id, [by_seq[seq] for seq in sorted(by_seq)]):
                print(json.dumps(row))
        except Exception as why:  # an error in one chat must not lose the others
            print(f"{interaction_id}, skipped: {why!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
