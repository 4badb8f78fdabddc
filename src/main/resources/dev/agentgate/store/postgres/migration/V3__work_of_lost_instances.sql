-- Other instances go on meanwhile: while this waits for the table of runs, their statements wait behind it. A service
-- that starts repeats it.
SET LOCAL lock_timeout = '2s';

-- The instance that publishes the changes of a run, if they are still to be published. Null: they are not, or an earlier
-- version wrote the record, and then the run's own instance publishes them.
ALTER TABLE runs ADD COLUMN publisher text COLLATE "C";

-- The messages to webhooks that are still to be delivered, each by its owner, which is an instance. If the lease of the
-- owner has ended, another one takes them over. The id of its delivery keeps a message from being written twice.
CREATE TABLE outbox (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  target text COLLATE "C" NOT NULL,
  delivery text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now(),
  body bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX outbox_by_target ON outbox (target, owner, number);
CREATE UNIQUE INDEX outbox_deliveries ON outbox (target, delivery);
