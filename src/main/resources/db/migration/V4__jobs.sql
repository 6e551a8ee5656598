-- Long work that callers fetch later. Runs unchanged on PostgreSQL and on H2 in its PostgreSQL mode.
create table job (
    -- In the order of time (RFC 9562, version 7).
    job_id         uuid                     not null primary key,
    kind           varchar(40)              not null,
    -- Who submitted it; null where nobody had to say so.
    owner          varchar(200),
    state          varchar(10)              not null,
    submitted_at   timestamp with time zone not null,
    started_at     timestamp with time zone,
    ended_at       timestamp with time zone,
    -- JSON as text: for the kind, and what callers see.
    parameters     text                     not null,
    done           bigint                   not null,
    total          bigint,
    progress       text                     not null,
    -- Units of work a second, lately.
    rate           double precision,
    -- From where a later run goes on; the kind's own.
    checkpoint     text,
    problem_code   varchar(60),
    problem_detail text,
    -- Of the result as it is given, and of all pages as they are kept.
    result_bytes   bigint                   not null,
    result_pages   integer                  not null,
    stored_bytes   bigint                   not null,
    -- The run that holds it: what another wrote would be refused.
    run_id         uuid,
    lease_until    timestamp with time zone,
    attempts       integer                  not null,
    cancelling     boolean                  not null,
    revision       bigint                   not null,
    constraint job_state check (state in ('receiving', 'queued', 'running', 'completed', 'failed', 'cancelled')),
    constraint job_run check (state <> 'running' or (run_id is not null and lease_until is not null)),
    constraint job_end check (state not in ('completed', 'failed', 'cancelled') or ended_at is not null)
);

create index job_turns on job (state, job_id);
create index job_ends on job (ended_at);

-- Inputs and results, in pieces that are compressed each (gzip).
create table job_page (
    job_id      uuid        not null references job on delete cascade,
    part        varchar(20) not null,
    number      integer     not null,
    -- Where it begins in its part, and its length there, before compression.
    first_byte  bigint      not null,
    raw_bytes   integer     not null,
    bytes       bytea       not null,
    primary key (job_id, part, number)
);
