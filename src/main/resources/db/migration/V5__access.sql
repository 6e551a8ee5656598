-- Who may ask, who is signed in, and what was done to the service. Runs unchanged on PostgreSQL and on H2 in its PostgreSQL mode.
create table api_key (
    -- The part of a key that is no secret.
    key_id           varchar(20)              not null primary key,
    name             varchar(100)             not null unique,
    -- score, review, admin; with commas.
    scopes           varchar(50)              not null,
    -- SHA-256 over the whole key: its secret is 32 random bytes, so nothing slower is needed.
    secret_hash      bytea                    not null,
    -- The secret before the last rotation, and until when it holds.
    previous_hash    bytea,
    previous_until   timestamp with time zone,
    created_at       timestamp with time zone not null,
    created_by       varchar(100)             not null,
    expires_at       timestamp with time zone
);

create table console_session (
    -- SHA-256 over what the cookie holds.
    session_hash     bytea                    not null primary key,
    -- The key that signed in: what it may no longer do, the session may not either.
    key_id           varchar(120)             not null,
    expires_at       timestamp with time zone not null
);

create index console_session_by_expiry on console_session (expires_at);

create table audit_event (
    -- In the order of time (RFC 9562, version 7).
    event_id         uuid                     not null primary key,
    happened_at      timestamp with time zone not null,
    actor            varchar(100)             not null,
    act              varchar(40)              not null,
    subject          varchar(200)             not null,
    detail           varchar(1000)            not null
);

create index audit_event_by_act on audit_event (act, event_id);
