-- Spring Modulith's registry of events (structure 2): an event is written with what it tells of, one row per listener,
-- and removed when the listener has it.
create table event_publication (
    id                      uuid                     not null primary key,
    listener_id             varchar                  not null,
    event_type              varchar                  not null,
    serialized_event        varchar                  not null,
    publication_date        timestamp with time zone not null,
    completion_date         timestamp with time zone,
    status                  varchar(20),
    completion_attempts     integer,
    last_resubmission_date  timestamp with time zone
);

create index event_publication_by_completion on event_publication (completion_date);
