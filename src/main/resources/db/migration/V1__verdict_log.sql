-- What was answered: one row per verdict, written before its caller is answered.
-- Runs unchanged on PostgreSQL and on H2 in its PostgreSQL mode.
create table verdict (
    -- In the order of time (RFC 9562, version 7), so that the table grows at its end.
    verdict_id       uuid                     not null primary key,
    judged_at        timestamp with time zone not null,
    signal_id        varchar(1000)            not null,
    -- The first 128 bits of SHA-256 over the id: ids may be longer than an index takes.
    signal_hash      uuid                     not null,
    -- SHA-256 over scope and key; null where a signal came without. The one who is first decides.
    idempotency_key  bytea                    unique,
    -- SHA-256 over the payload that came with the key.
    fingerprint      bytea,
    source           varchar(20)              not null,
    -- The code of the problem of an unscored verdict; null for a scored one.
    reason           varchar(60),
    disposition      varchar(10)              not null,
    ruling           varchar(10)              not null,
    score            double precision,
    p_value          double precision,
    detector         varchar(1000)            not null,
    detector_digest  varchar(100)             not null,
    model            varchar(1000)            not null,
    model_digest     varchar(100)             not null,
    policy           varchar(100)             not null,
    policy_version   integer                  not null,
    -- The layers' scores and the answer, JSON as text: the answer is given again byte for byte.
    layers           varchar                  not null,
    answer           varchar                  not null,
    -- The signal as JSON; null where its texts are not kept.
    signal           text,
    -- When its texts were removed on request.
    redacted_at      timestamp with time zone
);

create index verdict_by_signal on verdict (signal_hash, verdict_id);
create index verdict_by_disposition on verdict (disposition, verdict_id);
