-- Times are nanoseconds since 1970 by the clock of the service, as orders carry them; leases are on the clock of the
-- database. Ids are compared byte by byte, as the service compares them. Text is escaped: see StoredText.

-- One row: what belongs to all instances.
CREATE TABLE service (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  database_id uuid NOT NULL DEFAULT gen_random_uuid(),
  secret text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
  paused boolean NOT NULL DEFAULT false,
  changes_trimmed bigint NOT NULL DEFAULT 0
);
INSERT INTO service DEFAULT VALUES;

-- One narrow row per instance; its home is the data directory that its runs are in. A renewal writes this row and no
-- order. Each opening takes a new epoch, so that what an earlier process of the instance still writes changes nothing.
CREATE SEQUENCE epochs;
CREATE TABLE instances (
  id text COLLATE "C" PRIMARY KEY,
  epoch bigint NOT NULL,
  home text COLLATE "C" NOT NULL,
  host text COLLATE "C" NOT NULL,
  started_at timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  lease_until timestamptz,
  version text COLLATE "C" NOT NULL DEFAULT '',
  address text COLLATE "C",
  slots integer NOT NULL DEFAULT 0,
  running integer NOT NULL DEFAULT 0,
  draining boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Every order. The body is the JSON of the file store; it can hold text that the types text and jsonb cannot.
CREATE TABLE work_orders (
  id text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  owner text COLLATE "C",
  agent_type text COLLATE "C" NOT NULL,
  repository text COLLATE "C",
  failure_reason text COLLATE "C",
  labels text[] COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  runs text[] COLLATE "C" NOT NULL,
  body bytea NOT NULL,
  CHECK ((status = 'running') = (owner IS NOT NULL))
);
CREATE INDEX work_orders_by_status ON work_orders (status, id);
CREATE INDEX work_orders_by_repository ON work_orders (repository, id) WHERE repository IS NOT NULL;
CREATE INDEX work_orders_by_label ON work_orders USING gin (labels) WHERE labels <> '{}';
CREATE INDEX work_orders_by_end ON work_orders (updated_at, id) WHERE status IN ('completed', 'failed', 'cancelled');

-- The waiting orders: small, so that claims read nothing of the history and the rows that they leave behind are few.
CREATE TABLE queue (
  id text COLLATE "C" PRIMARY KEY,
  jump bigint NOT NULL,
  rank bigint NOT NULL,
  queued_at bigint NOT NULL,
  priority integer NOT NULL,
  not_before bigint,
  requested boolean NOT NULL,
  expires_at bigint,
  repository text COLLATE "C",
  agent_type text COLLATE "C" NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX queue_in_order ON queue (jump, rank, queued_at, id);
CREATE INDEX queue_by_age ON queue (queued_at);
CREATE INDEX queue_by_expiry ON queue (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX queue_by_backoff ON queue (not_before) WHERE not_before IS NOT NULL;

-- The running orders.
CREATE TABLE running (
  id text COLLATE "C" PRIMARY KEY,
  run text COLLATE "C" NOT NULL,
  started_at bigint NOT NULL,
  repository text COLLATE "C",
  owner text COLLATE "C" NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX running_by_owner ON running (owner);

-- The number of orders in each status is the sum of these rows. Every change adds a row, so no two changes wait for
-- each other; from time to time many rows are replaced by their sum.
CREATE TABLE status_changes (
  queued bigint NOT NULL,
  running bigint NOT NULL,
  completed bigint NOT NULL,
  failed bigint NOT NULL,
  cancelled bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CREATE TABLE idempotency_keys (
  key text COLLATE "C" PRIMARY KEY,
  order_id text COLLATE "C" NOT NULL
);

CREATE TABLE runs (
  id text COLLATE "C" PRIMARY KEY,
  order_id text COLLATE "C" NOT NULL,
  unpublished boolean NOT NULL,
  body bytea NOT NULL
);
CREATE INDEX runs_unpublished ON runs (id) WHERE unpublished;

-- The logs and changes of runs that are over, as compressed pieces: each instance has only the files of its own runs.
CREATE TABLE run_files (
  run text COLLATE "C" NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  file text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (run, file, position)
);
ALTER TABLE run_files ALTER COLUMN body SET STORAGE EXTERNAL;

-- What runs used that are over. It outlives the runs.
CREATE TABLE run_usage (
  run text COLLATE "C" PRIMARY KEY,
  started_at bigint NOT NULL,
  agent_type text COLLATE "C" NOT NULL,
  has_cost boolean NOT NULL,
  body bytea NOT NULL
);
CREATE INDEX run_usage_by_start ON run_usage (started_at);
CREATE INDEX run_usage_by_cost ON run_usage (agent_type, started_at) WHERE has_cost;

CREATE TABLE agent_pauses (
  agent_type text COLLATE "C" PRIMARY KEY,
  body bytea NOT NULL
);

-- The latest changes. A row without a status tells that the order was removed.
CREATE TABLE changes (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  status text COLLATE "C"
);
