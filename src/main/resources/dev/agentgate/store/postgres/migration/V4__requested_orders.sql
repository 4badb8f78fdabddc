-- Others wait behind this while it waits for the table. A starting service retries this migration.
SET LOCAL lock_timeout = '2s';

-- The waiting orders whose run a user asked for. An instance that starts no others looks for them at each claim, while
-- all other claims wait.
CREATE INDEX queue_of_requested ON queue (jump, rank, queued_at, id) WHERE requested;
