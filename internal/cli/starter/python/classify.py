"""Classify chats: event lines in on stdin, fact lines out on stdout.

Reading, grouping and ordering are done; it prints nothing yet. Say in classify() which rows a chat has.
"""
import json
import sys


def classify(interaction_id, events):
    """The rows of one chat, whose events come in the order of seq, each a dict.

    There is a row for each invitation of an agent that has ended, such as
    {"interaction_id": interaction_id, "ordinal": 1, "resource_type": "agent", "resource": "Agent 1",
     "resource_role": "RoutedTo", "technical_result": "Completed", "result_reason": None}
    """
    rows = []
    # Fill in here: go through the events, and append rows.
    return rows


def main():
    chats = {}  # the events of each chat by seq: one that comes twice is one
    for line in sys.stdin.buffer:
        try:
            event = json.loads(line)
            if not (isinstance(event["interaction_id"], str) and isinstance(event["seq"], int) and isinstance(event["event"], str)):
                raise ValueError("no interaction_id, seq or event")
            chats.setdefault(event["interaction_id"], {}).setdefault(event["seq"], event)
        except (ValueError, TypeError, KeyError, RecursionError) as why:
            print(f"no event, skipped: {why!r}", file=sys.stderr)
    for interaction_id, by_seq in chats.items():
        try:
            for row in classify(interaction_id, [by_seq[seq] for seq in sorted(by_seq)]):
                print(json.dumps(row))
        except Exception as why:  # one chat that cannot be followed is no reason to lose the others
            print(f"{interaction_id}, skipped: {why!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
