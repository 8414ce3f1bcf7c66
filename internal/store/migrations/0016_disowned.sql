-- The newest check run that GitHub showed when what is kept was found to be another: none up to it is of those that are
-- written since.
ALTER TABLE checks ADD COLUMN disowned BIGINT NOT NULL DEFAULT 0;
