-- The tables of Info Mart from which an Interaction Resource Fact (IRF) is read, with the columns that are read. The
-- real tables have many more columns. If your tables or columns have other names, use --mapping.

-- The interaction as the customer experiences it.
CREATE TABLE IF NOT EXISTS interaction_fact (
    interaction_id        numeric(19) PRIMARY KEY,
    media_server_ixn_guid varchar(255) NOT NULL -- the interaction_id of the events
);

-- Role, result and reasons: each row is one valid combination. Names may be localised; a code is the English name in
-- upper case, without spaces.
CREATE TABLE IF NOT EXISTS technical_descriptor (
    technical_descriptor_key integer PRIMARY KEY,
    resource_role            varchar(255),
    resource_role_code       varchar(32), -- ROUTEDTO, RECEIVEDTRANSFER, …
    role_reason              varchar(255),
    role_reason_code         varchar(32),
    technical_result         varchar(255),
    technical_result_code    varchar(32), -- COMPLETED, REDIRECTED, …
    result_reason            varchar(255),
    result_reason_code       varchar(32)  -- REVOKED, …, UNSPECIFIED
);

-- Agents, queues and strategies.
CREATE TABLE IF NOT EXISTS resource_ (
    resource_key       integer PRIMARY KEY,
    resource_type      varchar(255),
    resource_type_code varchar(32), -- AGENT, QUEUE, STRATEGY
    resource_name      varchar(255) -- the agent's id, the name of the queue or strategy
);

-- One attempt to handle an interaction.
CREATE TABLE IF NOT EXISTS interaction_resource_fact (
    interaction_resource_id       numeric(19) PRIMARY KEY,
    interaction_resource_ordinal  integer,
    interaction_id                numeric(19) NOT NULL, -- of interaction_fact
    technical_descriptor_key      integer NOT NULL,
    resource_key                  integer NOT NULL,
    received_from_ixn_resource_id numeric(19),          -- the IRF of the agent who invited, or NULL
    start_ts                      integer,              -- seconds since 1970, UTC
    end_ts                        integer
);
