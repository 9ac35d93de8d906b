-- Classifies the chats of chat_event, and loads all their facts into Info Mart's tables in one transaction, without
-- loops. R1-R14, I1-I21 and W1-W9 are the rules that 'chatproof list rules' prints. An ill-formed chat gets no facts,
-- but a row in chat_rejected that names the rule. All other chats are loaded.
BEGIN;
SET LOCAL work_mem = '256MB';
SET LOCAL jit = off; -- each statement runs once
SET LOCAL client_min_messages = warning;

CREATE TABLE IF NOT EXISTS chat_rejected (interaction_id text PRIMARY KEY, seq bigint, rule text);

-- The queues in which an agent can finish a chat, each with the reason that its row then has (I20).
CREATE TEMP TABLE finishing ON COMMIT DROP AS
SELECT * FROM (VALUES ('iWD_Completed', ''), ('iWD_Canceled', 'Canceled')) AS f (queue, reason);

-- Numbers for chats, and for resources: agents, strategies and queues.
CREATE TEMP TABLE chat ON COMMIT DROP AS
SELECT interaction_id, row_number() OVER (ORDER BY interaction_id COLLATE "C")::int AS chat
FROM (SELECT DISTINCT interaction_id FROM chat_event WHERE interaction_id <> '') AS i;

CREATE TEMP TABLE resource ON COMMIT DROP AS
SELECT type, name, row_number() OVER (ORDER BY type COLLATE "C", name COLLATE "C")::int AS resource
FROM (
	SELECT actor_type AS type, actor_id AS name FROM chat_event GROUP BY 1, 2
	UNION SELECT party_type, party_id FROM chat_event GROUP BY 1, 2
	UNION SELECT 'queue', queue FROM chat_event GROUP BY 1, 2) AS r
WHERE type <> '' AND name <> '';
ANALYZE chat;
ANALYZE resource;

-- The events that count, without duplicates. The party of an event is the strategy, agent or queue that it is about.
-- The event Stopping is an EventRevoked whose reason is that the chat is being stopped.
CREATE TEMP TABLE event ON COMMIT DROP AS
SELECT DISTINCT chat, seq, time, event IN ('EventPropertiesChanged', 'EventHeld', 'EventResumed') AS neutral,
	CASE WHEN event = 'EventRevoked' AND reason = 'Stopped' THEN 'Stopping' ELSE substr(event, 6) END AS event,
	nullif(e.actor_type, '') AS actor_type, a.resource AS actor, nullif(p.type, '') AS party_type, r.resource AS party,
	nullif(operation, '') AS operation, visibility_mode AS mode,
	nullif(reason, '') AS reason, nullif(media_type, '') AS media_type -- two events may differ only in these
FROM chat_event AS e JOIN chat USING (interaction_id)
	CROSS JOIN LATERAL (SELECT event IN ('EventPlacedInQueue', 'EventTakenFromQueue') AS queuing) AS q
	CROSS JOIN LATERAL (SELECT CASE WHEN queuing THEN 'queue' ELSE party_type END AS type,
		CASE WHEN queuing THEN queue ELSE party_id END AS name) AS p
	LEFT JOIN resource AS a ON a.type = actor_type AND a.name = actor_id
	LEFT JOIN resource AS r ON r.type = p.type AND r.name = p.name
WHERE event IN ('EventInteractionSubmitted', 'EventPlacedInQueue', 'EventTakenFromQueue', 'EventPartyAdded',
	'EventAgentInvited', 'EventRejected', 'EventRevoked', 'EventPartyRemoved', 'EventProcessingStopped',
	'EventPropertiesChanged', 'EventHeld', 'EventResumed');

-- Each event, with the event before it of the same party (was), the one before it in the chat (before), and counts of
-- what has happened so far. A leg begins when the chat enters, when an agent hands it on through a queue, or when an
-- agent is timed out (I21). It is done when an agent accepts or pulls. An agent finishes a chat only if no other agent
-- handles it and no invitation is pending.
CREATE TEMP TABLE step ON COMMIT DROP AS
WITH party AS (
	SELECT *, lag(event) OVER w AS was, lag(actor_type) OVER w AS was_by
	FROM event WHERE NOT neutral
	WINDOW w AS (PARTITION BY chat, party ORDER BY seq)
), opening AS (
	SELECT *,
		event IN ('PlacedInQueue', 'AgentInvited')
			OR event = 'PartyAdded' AND was IS DISTINCT FROM 'AgentInvited' AS opens,
		CASE
			WHEN event IN ('PlacedInQueue', 'TakenFromQueue') THEN event
			WHEN event = 'PartyAdded' AND party_type = 'strategy' THEN 'routing'
			WHEN event = 'AgentInvited' AND actor_type = 'strategy' THEN 'alerting'
			WHEN was = 'AgentInvited' AND was_by = 'agent' THEN NULL
			WHEN event = 'PartyAdded' THEN 'accepted'
			WHEN event IN ('Rejected', 'Revoked') THEN 'failed'
		END AS leg_step
	FROM party
), stay AS (
	SELECT *, count(*) FILTER (WHERE opens) OVER (PARTITION BY chat, party ORDER BY seq) AS stay
	FROM opening
)
SELECT *, lag(finishes) OVER (PARTITION BY chat ORDER BY seq) AS before_finishes,
	max(seq * 4 + mode) FILTER (WHERE event = 'PlacedInQueue') OVER (PARTITION BY chat, leg ORDER BY seq) % 4 AS leg_mode
FROM (
SELECT *, event = 'PlacedInQueue' AND actor_type = 'agent' AND handling = 1 AND alerted = 0
	AND party IN (SELECT resource FROM resource JOIN finishing ON type = 'queue' AND name = queue) AS finishes
FROM (
SELECT *, row_number() OVER w AS n, event = 'Revoked' AND was = 'PartyAdded' AS timeout,
	lag(event = 'Revoked' AND was = 'PartyAdded') OVER w AS before_timeout,
	lag(event) OVER w AS before, lag(actor_type) OVER w AS before_type, lag(actor) OVER w AS before_actor,
	lag(operation) OVER w AS before_operation,
	lag(leg_step) OVER leg AS leg_was, lag(party) OVER leg AS leg_party,
	count(*) FILTER (WHERE event = 'PlacedInQueue' AND actor_type IN ('media_server', 'agent')
		OR event = 'Revoked' AND was = 'PartyAdded') OVER w AS leg,
	max(seq) FILTER (WHERE leg_step IS NOT NULL) OVER earlier
		= max(seq) FILTER (WHERE leg_step = 'accepted') OVER earlier AS leg_done,
	max(seq) FILTER (WHERE event NOT IN ('PartyRemoved', 'Stopping', 'ProcessingStopped'))
		OVER (PARTITION BY chat) AS undisturbed,
	count(*) FILTER (WHERE event = 'Stopping') OVER earlier AS stopping,
	count(*) FILTER (WHERE event = 'ProcessingStopped') OVER earlier AS stopped,
	count(*) FILTER (WHERE event = 'AgentInvited') OVER earlier
		- count(*) FILTER (WHERE was = 'AgentInvited' AND event IN ('PartyAdded', 'Rejected', 'Revoked')) OVER earlier AS alerted,
	count(*) FILTER (WHERE event = 'PartyAdded' AND party_type = 'agent') OVER earlier
		- count(*) FILTER (WHERE event = 'PartyRemoved' AND party_type = 'agent'
			OR event = 'Revoked' AND was = 'PartyAdded') OVER earlier AS handling
FROM stay
WINDOW w AS (PARTITION BY chat ORDER BY seq), earlier AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
	leg AS (PARTITION BY chat, leg_step IS NULL ORDER BY seq)) AS s) AS s;
ANALYZE step;

-- The stays of chats in queues, in strategies and with agents, numbered as they open. A stay with an agent is an
-- attempt.
CREATE TEMP TABLE stay ON COMMIT DROP AS
SELECT *, row_number() OVER (ORDER BY chat, since) AS id,
	count(*) FILTER (WHERE party_type = 'agent') OVER (PARTITION BY chat ORDER BY since) AS ordinal,
	lead(since) OVER (PARTITION BY chat, party ORDER BY since) AS next
FROM (
	SELECT chat, party, stay, min(party_type) AS party_type, min(seq) AS since, min(leg) AS leg,
		min(time) FILTER (WHERE opens) AS start_time,
		min(seq) FILTER (WHERE event = 'PartyAdded') AS accepted,
		min(seq) FILTER (WHERE event IN ('Rejected', 'Revoked', 'PartyRemoved')) AS until,
		min(time) FILTER (WHERE event IN ('Rejected', 'Revoked', 'PartyRemoved')) AS end_time,
		min(event) FILTER (WHERE event IN ('Rejected', 'Revoked')) AS failure,
		bool_or(event = 'PartyRemoved' AND actor_type = 'media_server' AND seq > undisturbed) AS cut_off,
		bool_or(event = 'AgentInvited' AND actor_type = 'agent') AS direct,
		coalesce(min(mode) FILTER (WHERE event = 'PartyAdded'), min(mode) FILTER (WHERE event = 'AgentInvited'),
			min(leg_mode) FILTER (WHERE opens AND (event = 'AgentInvited' AND actor_type = 'agent') IS NOT TRUE)) AS mode
	FROM step WHERE stay > 0
	GROUP BY chat, party, stay) AS s;
ANALYZE stay;

-- The events by which somebody invites an agent, or hands a chat on through a queue. initiator is the stay of whoever
-- does it. opens says what this opens: the stay that begins at seq, or (negative) all stays of a leg. answered is the
-- seq at which the invitation is answered. another_pending says whether the same actor has such an invitation pending
-- already.
CREATE TEMP TABLE handing ON COMMIT DROP AS
SELECT *, lag(seq) OVER w IS NOT NULL AND (lag(answered) OVER w < seq) IS NOT TRUE AS another_pending
FROM (
	SELECT h.chat, h.seq, h.event = 'AgentInvited' AS direct, h.actor_type, h.actor, h.operation,
		CASE WHEN h.event = 'AgentInvited' THEN h.seq ELSE -h.leg END AS opens, s.id AS initiator, t.accepted,
		CASE WHEN h.event = 'AgentInvited' THEN coalesce(t.accepted, t.until) ELSE h.seq END AS answered
	FROM step AS h
		LEFT JOIN stay AS s ON s.chat = h.chat AND s.party = h.actor
			AND s.accepted < h.seq AND (s.until > h.seq) IS NOT FALSE AND (s.next > h.seq) IS NOT FALSE
		LEFT JOIN stay AS t ON t.chat = h.chat AND t.since = h.seq
	WHERE h.event = 'AgentInvited' OR h.event = 'PlacedInQueue' AND h.actor_type = 'agent' AND NOT h.finishes) AS h
WINDOW w AS (PARTITION BY chat, actor, operation ORDER BY seq);
ANALYZE handing;

-- The ill-formed chats, each with the first event that breaks a rule.
CREATE TEMP TABLE rejected ON COMMIT DROP AS
SELECT DISTINCT ON (chat) chat, seq, rule
FROM (
	SELECT chat, min(seq) AS seq, 'W1' AS rule FROM event
	GROUP BY chat HAVING (min(seq) FILTER (WHERE NOT neutral) = min(seq)) IS NOT TRUE
	UNION ALL
	SELECT chat, seq, 'W3' FROM event GROUP BY chat, seq HAVING count(*) > 1
	UNION ALL
	SELECT chat, seq, 'W9' FROM event 
	WHERE (seq >= 0 AND extract(epoch FROM time) BETWEEN 0 AND 2147483647) IS NOT TRUE -- what START_TS can hold
	UNION ALL
	SELECT chat, seq, CASE
			WHEN (n = 1) <> (event = 'InteractionSubmitted') THEN 'W1'
			WHEN (actor_type IN ('media_server', 'strategy', 'agent', 'interaction_server')) IS NOT TRUE
				OR mode NOT IN (1, 2, 3) OR operation NOT IN ('transfer', 'conference')
				OR event NOT IN ('InteractionSubmitted', 'ProcessingStopped') AND party IS NULL
				OR event IN ('PartyAdded', 'PartyRemoved') AND (party_type IN ('strategy', 'agent')) IS NOT TRUE
				OR event IN ('AgentInvited', 'Rejected', 'Revoked', 'Stopping') AND (party_type = 'agent') IS NOT TRUE
				OR event = 'AgentInvited' AND actor_type NOT IN ('strategy', 'agent')
				OR event IN ('AgentInvited', 'PlacedInQueue') AND actor_type IN ('strategy', 'agent') AND actor IS NULL
				OR event IN ('AgentInvited', 'PlacedInQueue') AND actor_type = 'agent' AND operation IS NULL AND finishes IS NOT TRUE THEN 'W9'
			WHEN stopped > 0 THEN 'W2'
			WHEN stopping > 0 AND event NOT IN ('Stopping', 'PartyRemoved', 'ProcessingStopped') THEN 'W6'
			WHEN before_timeout AND event <> 'ProcessingStopped'
				AND (event = 'PlacedInQueue' AND actor_type = 'interaction_server') IS NOT TRUE THEN 'W6'
			WHEN before = 'TakenFromQueue' AND (event <> 'PartyAdded' OR before_actor <> party
				OR before_type IN ('strategy', 'agent') AND before_type <> party_type) THEN 'W4'
			WHEN event = 'PlacedInQueue' AND CASE
					WHEN actor_type = 'media_server' THEN leg_was IS NULL
					WHEN actor_type = 'agent' THEN leg_was IN ('accepted', 'failed')
					ELSE leg_was IN ('routing', 'failed')
				END IS NOT TRUE THEN 'W4'
			WHEN event = 'TakenFromQueue' AND (leg_was = 'PlacedInQueue' AND leg_party = party) IS NOT TRUE THEN 'W4'
			WHEN event = 'PartyAdded' AND party_type = 'strategy' AND before <> 'TakenFromQueue' THEN 'W4'
			WHEN (event = 'AgentInvited' OR event = 'PlacedInQueue' AND actor_type = 'agent' AND NOT finishes) AND initiator IS NULL THEN 'W5'
			WHEN event = 'AgentInvited' AND actor_type = 'strategy'
				AND (leg_was = 'routing' AND leg_party = actor) IS NOT TRUE THEN 'W4'
			WHEN before = 'PlacedInQueue' AND before_type = 'agent' AND (before_operation = 'transfer' OR before_finishes)
				AND (event = 'PartyRemoved' AND party_type = 'agent' AND party = before_actor) IS NOT TRUE THEN 'W4'
			WHEN event = 'PartyAdded' AND party_type = 'agent' AND CASE WHEN before = 'TakenFromQueue'
					THEN was IN ('AgentInvited', 'PartyAdded', 'Stopping') ELSE (was = 'AgentInvited') IS NOT TRUE END THEN 'W6'
			WHEN timeout THEN CASE WHEN (actor_type = 'interaction_server' AND handling = 1 AND alerted = 0
				AND leg_was IN ('accepted', 'failed')) IS NOT TRUE THEN 'W6' END
			WHEN event IN ('Rejected', 'Revoked') AND (was = 'AgentInvited') IS NOT TRUE THEN 'W6'
			WHEN event = 'Stopping' AND (was IN ('AgentInvited', 'Stopping')) IS NOT TRUE THEN 'W6'
			WHEN event = 'PartyRemoved' AND (was = 'PartyAdded') IS NOT TRUE THEN 'W7'
			WHEN handling = 0 AND alerted = 0 AND leg_done AND event <> 'ProcessingStopped' THEN 'W7'
			WHEN event = 'AgentInvited' AND was IN ('AgentInvited', 'PartyAdded', 'Stopping') THEN 'W8'
			WHEN operation = 'transfer' AND actor_type = 'agent' AND another_pending THEN 'W8'
		END
	FROM step LEFT JOIN (SELECT chat, seq, initiator, another_pending FROM handing) AS h USING (chat, seq)) AS broken
WHERE rule IS NOT NULL
ORDER BY chat, seq, rule = 'W3' DESC, rule;
ANALYZE rejected;

-- How each chat ends: when, and whether the customer left while nobody handled it (lost). An agent whom the media
-- server removes just before the stop counts as still handling. A lost chat was in the last stay of its leg.
CREATE TEMP TABLE ending ON COMMIT DROP AS
SELECT e.chat, stop_time, stopper = 'media_server' AND NOT coalesce(handled, false) AS lost, attempts, last_leg_stay
FROM (
	SELECT chat, max(time) FILTER (WHERE event = 'ProcessingStopped') AS stop_time,
		max(actor_type) FILTER (WHERE event = 'ProcessingStopped') AS stopper
	FROM step GROUP BY chat) AS e LEFT JOIN (
	SELECT chat, max(ordinal) AS attempts, max(id) FILTER (WHERE NOT direct) AS last_leg_stay,
		bool_or(party_type = 'agent' AND accepted IS NOT NULL AND (until IS NULL OR cut_off)) AS handled
	FROM stay GROUP BY chat) AS s USING (chat)
WHERE chat NOT IN (SELECT chat FROM rejected);
ANALYZE ending;

-- The stays of agents who transferred: whether a transfer succeeded, and whether one waits for an answer.
CREATE TEMP TABLE transfer ON COMMIT DROP AS
SELECT initiator AS id, 
	bool_or(accepted IS NOT NULL OR NOT direct) AS handed_over, bool_or(answered IS NULL) AS waiting
FROM handing WHERE operation = 'transfer' AND actor_type = 'agent' GROUP BY initiator;
ANALYZE transfer;

-- The chats that an agent finishes (I20): which agent, at which seq, with what reason.
CREATE TEMP TABLE finish ON COMMIT DROP AS
SELECT DISTINCT ON (chat) chat, actor, seq, f.reason
FROM step JOIN resource ON resource = party JOIN finishing AS f ON f.queue = name
WHERE finishes ORDER BY chat, seq;
ANALYZE finish;

-- The stays that become facts: attempts that have closed, and the queue or strategy in which a chat was lost.
CREATE TEMP TABLE fact ON COMMIT DROP AS
SELECT s.id, s.chat, CASE WHEN s.party_type = 'agent' THEN s.ordinal ELSE e.attempts + 1 END AS ordinal,
	s.party, CASE WHEN s.party_type = 'agent' THEN h.initiator END AS received_from,
	s.start_time, coalesce(s.end_time, e.stop_time) AS end_time,
	CASE
		WHEN s.party_type = 'queue' THEN 'Received'
		WHEN s.party_type = 'strategy' THEN 'Puller'
		WHEN h.operation = 'transfer' THEN 'ReceivedTransfer'
		WHEN s.mode = 3 AND h.operation = 'conference' THEN 'ReceivedConsult'
		WHEN h.operation = 'conference' THEN 'InConference'
		WHEN s.accepted = s.since THEN 'Puller'
		ELSE 'RoutedTo'
	END AS role,
	CASE
		WHEN s.party_type <> 'agent' THEN 'CustomerAbandoned'
		WHEN s.party = f.actor AND s.accepted < f.seq AND s.until > f.seq THEN 'Completed'
		WHEN s.accepted IS NOT NULL AND s.failure IS NOT NULL THEN 'Redirected'
		WHEN s.accepted IS NOT NULL AND t.handed_over THEN 'Transferred'
		WHEN s.accepted IS NOT NULL THEN 'Completed'
		WHEN s.failure IS NULL AND e.lost AND NOT s.direct THEN 'CustomerAbandoned'
		WHEN s.direct OR s.failure IS NULL AND h.operation IS NOT NULL THEN 'Abandoned'
		ELSE 'Redirected'
	END AS result,
	CASE
		WHEN s.party_type = 'queue' THEN 'AbandonedWhileQueued'
		WHEN s.party = f.actor AND s.accepted < f.seq AND s.until > f.seq THEN f.reason
		WHEN s.party_type = 'strategy' OR s.accepted IS NOT NULL AND s.failure IS NULL THEN ''
		WHEN s.failure IS NULL AND e.lost AND NOT s.direct THEN 'AbandonedWhileRinging'
		ELSE coalesce(s.failure, 'Revoked')
	END AS reason
FROM stay AS s JOIN ending AS e USING (chat)
	LEFT JOIN handing AS h ON h.chat = s.chat AND h.opens = CASE WHEN s.direct THEN s.since ELSE -s.leg END
	LEFT JOIN transfer AS t ON t.id = s.id
	LEFT JOIN finish AS f ON f.chat = s.chat
WHERE (f.seq IS NULL OR s.since < f.seq) AND CASE
		WHEN s.party_type <> 'agent' THEN e.lost AND s.id = e.last_leg_stay
		ELSE e.stop_time IS NOT NULL OR s.end_time IS NOT NULL AND (t.handed_over OR NOT t.waiting) IS NOT FALSE
	END;

-- Info Mart's tables.
TRUNCATE interaction_resource_fact, interaction_fact, technical_descriptor, resource_, chat_rejected;

INSERT INTO chat_rejected SELECT interaction_id, seq, rule FROM rejected JOIN chat USING (chat);

INSERT INTO interaction_fact (interaction_id, media_server_ixn_guid)
SELECT chat, left(interaction_id, 255) FROM ending JOIN chat USING (chat);

INSERT INTO resource_ (resource_key, resource_type, resource_type_code, resource_name)
SELECT resource, initcap(type), upper(type), left(name, 255) FROM resource WHERE type IN ('agent', 'queue', 'strategy');

INSERT INTO technical_descriptor (technical_descriptor_key, resource_role, resource_role_code,
	technical_result, technical_result_code, result_reason, result_reason_code)
SELECT row_number() OVER (ORDER BY role COLLATE "C", result COLLATE "C", reason COLLATE "C"),
	role, upper(role), result, upper(result), reason, upper(reason)
FROM (SELECT DISTINCT role, result, reason FROM fact) AS d;

INSERT INTO interaction_resource_fact (interaction_resource_id, interaction_resource_ordinal, interaction_id,
	technical_descriptor_key, resource_key, received_from_ixn_resource_id, start_ts, end_ts)
SELECT id, ordinal, chat, technical_descriptor_key, party, received_from,
	floor(extract(epoch FROM start_time)), floor(extract(epoch FROM end_time))
FROM fact JOIN technical_descriptor ON resource_role = role AND technical_result = result AND result_reason = reason;
COMMIT;
