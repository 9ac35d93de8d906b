// Classifies chats: reads event lines from stdin, and prints fact lines to stdout.
// It already reads, groups and orders the events, but prints no rows yet. Make classify() return the rows of a chat.
import { createInterface } from "node:readline";

// Returns the rows of one chat. The events are in the order of seq. A chat has a row for each invitation of an agent,
// once that invitation has ended. An example is
// {interaction_id, ordinal: 1, resource_type: "agent", resource: "Agent 1",
//  resource_role: "RoutedTo", technical_result: "Completed", result_reason: null}
function classify(interaction_id, events) {
  const rows = [];
  // Fill in here: go through the events, and push rows.
  return rows;
}

const chats = new Map(); // the events of each chat by seq: an event that comes twice counts once
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const event = JSON.parse(line);
    if (typeof event.interaction_id !== "string" || !Number.isInteger(event.seq) || typeof event.event !== "string") {
      throw new Error("no interaction_id, seq or event");
    }
    if (!chats.has(event.interaction_id)) chats.set(event.interaction_id, new Map());
    const bySeq = chats.get(event.interaction_id);
    if (!bySeq.has(event.seq)) bySeq.set(event.seq, event);
  } catch (why) {
    console.error(`skipped, not an event: ${why.message}`);
  }
}
for (const [interaction_id, bySeq] of chats) {
  const events = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  try {
    for (const row of classify(interaction_id, events)) console.log(JSON.stringify(row));
  } catch (why) { // an error in one chat must not lose the others
    console.error(`${interaction_id}, skipped: ${why.message}`);
  }
}
