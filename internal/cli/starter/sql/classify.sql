-- Classifies chats in PostgreSQL: reads event lines from stdin, and prints fact lines to stdout. psql runs it, in the
-- database that PGHOST, PGDATABASE, PGUSER and so on name. It leaves nothing in that database.
-- It already reads and groups the events, but prints no rows yet. Make the view row select the rows of the chats.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

CREATE TEMP TABLE line (text text);
\copy line FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

CREATE FUNCTION pg_temp.json(line text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN line::jsonb;
EXCEPTION WHEN data_exception THEN
    RETURN NULL; -- the line is not JSON
END $$;

-- One row for each event; an event that comes twice counts once. Order by seq, never by time.
CREATE TEMP TABLE event AS
SELECT DISTINCT ON (interaction_id, seq)
    e->>'interaction_id' AS interaction_id, (e->'seq')::bigint AS seq, e->>'time' AS time, e->>'event' AS event,
    e#>>'{actor,type}' AS actor_type, e#>>'{actor,id}' AS actor_id, e#>>'{party,type}' AS party_type, e#>>'{party,id}' AS party_id,
    e->>'queue' AS queue, e->>'operation' AS operation, e->>'visibility_mode' AS visibility_mode, e->>'reason' AS reason
FROM (SELECT pg_temp.json(text) AS e FROM line) lines
WHERE jsonb_typeof(e->'interaction_id') = 'string' AND jsonb_typeof(e->'seq') = 'number' AND jsonb_typeof(e->'event') = 'string'
ORDER BY interaction_id, seq;

-- A chat has a row for each invitation of an agent, once that invitation has ended. An example is
-- ('c-1', 1, 'agent', 'Agent 1', 'RoutedTo', 'Completed', NULL).
CREATE TEMP VIEW row (interaction_id, ordinal, resource_type, resource, resource_role, technical_result, result_reason) AS
-- Fill in here: select from event.
SELECT NULL::text, NULL::int, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text WHERE false;

SELECT row_to_json(r) FROM "row" r ORDER BY interaction_id, ordinal;
