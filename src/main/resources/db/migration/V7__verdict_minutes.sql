-- What the log holds, counted by the minute, so that months are summed without reading every verdict.
-- Runs unchanged on PostgreSQL and on H2 in its PostgreSQL mode.
create table verdict_minute (
    -- Since 1970, of the moment of the verdict.
    at_minute        bigint                   not null,
    detector         varchar(1000)            not null,
    detector_digest  varchar(100)             not null,
    policy           varchar(100)             not null,
    policy_version   integer                  not null,
    verdicts         bigint                   not null,
    scored           bigint                   not null,
    flagged          bigint                   not null,
    -- The newest scored verdict of the minute, whose answer says the levels; null where there is none.
    newest           varchar(36),
    primary key (at_minute, detector_digest, policy, policy_version)
);

-- One row: minutes before this one are counted.
create table verdict_minute_mark (
    id               integer                  not null primary key,
    at_minute        bigint                   not null
);

insert into verdict_minute_mark (id, at_minute) values (1, 0);
