-- Since when a key is not done: it keeps the records of its repository, but not for ever.
ALTER TABLE work ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
UPDATE work SET since = due_at WHERE want > done;
