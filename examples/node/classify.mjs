// Classifies chats over the stream protocol: both sides send JSON Lines, from hello to bye. It needs only Node.js.
// `chatproof list rules` prints the rules R and I that the comments name.
import { createInterface } from "node:readline";

// The queues in which an agent can finish a chat, each with the reason that its row then has (I20).
const FINISHING = new Map([["iWD_Completed", ""], ["iWD_Canceled", "Canceled"]]);

/** Returns the facts of one chat, whose events may be in any order. Throws if the chat cannot be followed. */
function classify(events) {
  const bySeq = new Map(events.map((e) => [e.seq, e])); // an exact duplicate does not count
  const log = [...bySeq.values()].sort((a, b) => a.seq - b.seq).filter((e) => Object.hasOwn(steps, e.event));
  const chat = { attempts: [], alerted: new Map(), handling: new Map(), leg: null, cutOff: false, stop: null };
  for (const e of log) {
    steps[e.event](chat, e, e.party?.id);
    if (!["EventPartyRemoved", "EventRevoked", "EventProcessingStopped"].includes(e.event)) chat.cutOff = false;
  }
  return report(chat);
}

// What each event does. Each attempt has a way, which says how the chat got there: { from, operation, direct, mode }.
// `from` is the attempt of the agent who handed the chat on, or null if the chat was entering. A leg is a way through a
// queue; its `stay` says which queue or strategy has the chat now.
const steps = {
  EventInteractionSubmitted() {},
  EventPlacedInQueue(chat, e) {
    const from = initiator(chat, e);
    if (from && FINISHING.has(e.queue) && chat.handling.size === 1 && !chat.alerted.size) {
      from.outcome = ["Completed", FINISHING.get(e.queue)];
      chat.reported ??= chat.attempts.length;
      chat.leg = { from: null, direct: false };
    } else if (from) {
      chat.leg = { from, operation: e.operation, direct: false, mode: e.visibility_mode };
      if (e.operation === "transfer") from.handedOver = true; // I3
    } else if (e.actor.type === "media_server") {
      chat.leg = { from: null, direct: false };
    } else {
      chat.leg.mode = e.visibility_mode ?? chat.leg.mode; // I18
    }
    chat.leg.stay = { kind: "queue", resource: e.queue, start: e.time };
  },
  EventTakenFromQueue(chat) {
    chat.leg.stay = null;
  },
  EventPartyAdded(chat, e, who) {
    if (e.party.type === "strategy") {
      chat.leg.stay = { kind: "strategy", resource: who, start: e.time };
      return;
    }
    if (!chat.alerted.has(who)) open(chat, e, who, chat.leg).pulled = true; // I7
    const attempt = chat.alerted.get(who);
    attempt.accepted = true;
    attempt.mode = e.visibility_mode ?? attempt.mode;
    chat.alerted.delete(who);
    chat.handling.set(who, attempt);
    if (!attempt.way.direct) chat.leg = null;
    else if (attempt.way.operation === "transfer") attempt.way.from.handedOver = true; // R9, I17
  },
  EventAgentInvited(chat, e, who) {
    const from = initiator(chat, e);
    open(chat, e, who, from ? { from, operation: e.operation, direct: true } : chat.leg);
    if (!from) chat.leg.stay = null;
  },
  EventRejected(chat, e, who) {
    Object.assign(at(chat.alerted, who), { end: e.time, failure: e.event.slice("Event".length) });
    chat.alerted.delete(who);
  },
  EventRevoked(chat, e, who) {
    if (chat.handling.has(who)) { // I21
      Object.assign(chat.handling.get(who), { end: e.time, outcome: ["Redirected", "Revoked"] });
      chat.handling.delete(who);
      chat.leg = { from: null, direct: false };
    } else if (e.reason !== "Stopped") {
      steps.EventRejected(chat, e, who); // if it is Stopped, the invitation stays pending until the stop
    }
  },
  EventPartyRemoved(chat, e, who) {
    if (e.party.type === "strategy") {
      const stay = chat.leg?.stay; // it remains leg.stay until the chat goes elsewhere (R7)
      if (stay?.kind === "strategy" && stay.resource === who) stay.end = e.time;
      return;
    }
    at(chat.handling, who).end = e.time;
    chat.handling.delete(who);
    if (e.actor.type === "media_server") chat.cutOff = true; // this agent counts as handling if the stop comes next
  },
  EventProcessingStopped(chat, e) {
    const lost = e.actor.type === "media_server" && !chat.handling.size && !chat.cutOff;
    chat.stop = { time: e.time, lost };
    chat.alerted.clear();
    if (lost && chat.leg?.stay && chat.reported === undefined) chat.attempts.push(chat.leg.stay);
  },
};

/** Returns the attempt of the agent who hands the chat on, or null if none does. */
function initiator({ handling }, { actor }) {
  return actor.type === "agent" ? at(handling, actor.id) : null;
}

function open(chat, e, who, way) {
  const attempt = { kind: "agent", resource: who, start: e.time, way, mode: e.visibility_mode ?? way.mode };
  chat.attempts.push(attempt);
  chat.alerted.set(who, attempt);
  return attempt;
}

function at(map, who) {
  if (!map.has(who)) throw new Error(`${who} is not there`);
  return map.get(who);
}

function role({ kind, way, mode, pulled }) {
  if (kind !== "agent") return kind === "queue" ? "Received" : "Puller"; // R6, R7
  if (way.operation === "transfer") return "ReceivedTransfer"; // R2, I3
  if (way.operation === "conference") return mode === 3 ? "ReceivedConsult" : "InConference"; // R3-R5, I15
  return pulled ? "Puller" : "RoutedTo"; // I7, R1
}

/** Returns result and reason. */
function result({ kind, way, accepted, handedOver, failure, outcome }, stop) {
  if (outcome) return outcome; // I20, I21
  if (kind === "queue") return ["CustomerAbandoned", "AbandonedWhileQueued"]; // R12, I6, I13
  if (kind === "strategy") return ["CustomerAbandoned"]; // R13, I6, I13
  if (accepted) return [handedOver ? "Transferred" : "Completed"]; // R8, R9, I2
  if (failure) return [way.direct ? "Abandoned" : "Redirected", failure]; // R10, R11, I1, I4
  if (stop.lost && !way.direct) return ["CustomerAbandoned", "AbandonedWhileRinging"]; // R14, I6
  return [way.operation ? "Abandoned" : "Redirected", "Revoked"]; // I5, I10
}

function report({ attempts, alerted, stop, reported }) {
  // An agent who left during its own transfer has no result until that transfer is answered (I17).
  const waiting = [...alerted.values()].filter((a) => a.way.direct && a.way.operation === "transfer").map((a) => a.way.from);
  const facts = attempts.slice(0, reported).map((attempt, i) => {
    const end = attempt.end ?? stop?.time; // I14
    if (!end || (waiting.includes(attempt) && !attempt.handedOver)) return null; // its attempt has not closed
    const [technical_result, result_reason] = result(attempt, stop);
    return {
      ordinal: i + 1, resource_type: attempt.kind, resource: attempt.resource, resource_role: role(attempt),
      technical_result, result_reason, start: attempt.start, end,
      received_from: attempt.way?.from ? attempts.indexOf(attempt.way.from) + 1 : null,
    };
  });
  return facts.filter(Boolean);
}

/** The facts of several chats. One that cannot be followed has none, and harms no other. */
function classifyAll(events) {
  const chats = new Map();
  for (const e of events.filter((e) => e?.interaction_id)) {
    chats.set(e.interaction_id, [...(chats.get(e.interaction_id) ?? []), e]);
  }
  return [...chats].flatMap(([interaction_id, log]) => {
    try {
      return classify(log).map((fact) => ({ interaction_id, ...fact }));
    } catch (why) {
      console.error(`${interaction_id}: no facts: ${why.message}`);
      return [];
    }
  });
}

function answer(message) {
  switch (message.type) {
    case "hello":
      return { type: "hello", protocol: 1, implementation: { name: "classify.mjs", language: "Node.js", version: process.version } };
    case "classify":
      return { type: "facts", id: message.id, facts: classifyAll(message.events) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = line.trim() && answer(JSON.parse(line));
  if (reply) console.log(JSON.stringify(reply));
}
