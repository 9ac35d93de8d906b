-- Events of chats in the flat form, one event per row. A column that an event does not have is NULL. The order of the
-- rows means nothing: seq orders the events of an interaction. There is no primary key, because an event may have
-- arrived twice.
CREATE TABLE IF NOT EXISTS chat_event (
    interaction_id  text NOT NULL,
    seq             bigint,       -- 0 or more
    time            timestamptz,  -- in SQLite text, RFC 3339
    event           text,         -- EventInteractionSubmitted, …
    actor_type      text,         -- media_server, strategy, agent, interaction_server
    actor_id        text,
    party_type      text,         -- strategy, agent
    party_id        text,
    queue           text,
    operation       text,         -- transfer, conference
    visibility_mode integer,      -- 1, 2, 3
    reason          text,
    media_type      text          -- NULL is chat
);
