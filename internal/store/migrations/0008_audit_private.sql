-- What people are named with in the audit log stands beside it, each piece under a salt of its own. The chain covers
-- the salted digests alone, so that a piece can be removed and the log still verifies. Entries of before this keep in
-- their detail what they have: their digest covers it, and the digests after it.
ALTER TABLE audit ADD COLUMN private TEXT NOT NULL DEFAULT ''; -- digests of the pieces, in their order, with spaces between
CREATE TABLE audit_private (
  repository TEXT   NOT NULL,
  seq        BIGINT NOT NULL,
  place      BIGINT NOT NULL, -- from 0
  salt       BYTEA  NOT NULL,
  body       BYTEA  NOT NULL,
  PRIMARY KEY (repository, seq, place)
);
CREATE INDEX audit_pull ON audit (repository, number, seq);
CREATE INDEX audit_head ON audit (repository, head_sha);

-- The entry that a run is in the log by: what its check runs name.
ALTER TABLE runs ADD COLUMN audit_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN audit_digest TEXT NOT NULL DEFAULT '';

-- When names were last taken out of a run; its digest is that of before. 0 is never.
ALTER TABLE runs ADD COLUMN redacted_at BIGINT NOT NULL DEFAULT 0;
