-- The instance that publishes the changes of a run in place of the run's own instance, which has been silent for too
-- long; null: the run's own instance does.
ALTER TABLE runs ADD COLUMN publisher text COLLATE "C";

-- The messages to webhooks that are still to be delivered, each by its owner, which is an instance. If the lease of the
-- owner has ended, another one takes them over.
CREATE TABLE outbox (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  target text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  body bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX outbox_by_target ON outbox (target, owner, number);
