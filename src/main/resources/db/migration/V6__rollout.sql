-- Which detector judges: one row for each that was put in place of another. Replicas of one model share the rows.
create table detector_activation (
    -- Digests of model and tokenizer, and the number format: what a detector belongs to.
    scope            varchar(300)             not null,
    -- From 1, without gaps: of two at the same moment one finds its number taken.
    entry            integer                  not null,
    activated_at     timestamp with time zone not null,
    actor            varchar(200)             not null,
    cause            varchar(20)              not null,
    from_detector    varchar(1000),
    from_digest      varchar(100),
    detector         varchar(1000)            not null,
    detector_digest  varchar(100)             not null,
    -- The entry whose detector a rollback puts back.
    before_entry     integer,
    primary key (scope, entry),
    constraint detector_activation_cause check (cause in ('start', 'request', 'rollback'))
);

-- The detector that judges beside, where there is one.
create table detector_shadow (
    scope            varchar(300)             not null primary key,
    detector         varchar(1000)            not null,
    detector_digest  varchar(100)             not null,
    share            double precision         not null,
    set_at           timestamp with time zone not null,
    actor            varchar(200)             not null
);

-- Levels of policies that were applied on request, in the place of the configured ones.
create table policy_level (
    policy           varchar(100)             not null,
    version          integer                  not null,
    alpha_review     double precision         not null,
    alpha_discard    double precision         not null,
    applied_at       timestamp with time zone not null,
    actor            varchar(200)             not null,
    -- The version of the configuration that it was applied over: another configuration takes its place.
    over_version     integer                  not null,
    reason           varchar(1000)            not null,
    primary key (policy, version)
);
