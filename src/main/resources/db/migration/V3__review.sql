-- What people have to look at: one item per flagged verdict, written in the verdict's transaction.
create table review (
    verdict_id       uuid                     not null primary key references verdict on delete cascade,
    -- When it was opened, less an hour for each factor of ten that its p-value is below one: the order of the queue.
    due_at           timestamp with time zone not null,
    opened_at        timestamp with time zone not null,
    disposition      varchar(10)              not null,
    p_value          double precision,
    detector         varchar(1000)            not null,
    detector_digest  varchar(100)             not null,
    policy           varchar(100)             not null,
    alpha_review     double precision         not null,
    status           varchar(10)              not null,
    reviewer         varchar(100),
    -- Until when a claim holds.
    claimed_until    timestamp with time zone,
    decided_at       timestamp with time zone,
    note             varchar(4000),
    constraint review_status check (status in ('open', 'claimed', 'confirmed', 'dismissed')),
    constraint review_claimed check (status <> 'claimed' or (reviewer is not null and claimed_until is not null)),
    constraint review_decided check (status not in ('confirmed', 'dismissed') or (reviewer is not null and decided_at is not null))
);

create index review_queue on review (status, due_at, verdict_id);
create index review_leases on review (status, claimed_until);
create index review_outcomes on review (detector_digest, status, decided_at);
