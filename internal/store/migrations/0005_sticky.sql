-- The one comment of ours on a pull request.
CREATE TABLE sticky (
  repository  TEXT   NOT NULL,
  number      BIGINT NOT NULL,
  comment_id  BIGINT NOT NULL, -- GitHub's; 0 when none is known to stand
  digest      TEXT   NOT NULL, -- of the content last written; empty when it must be written again
  intended_at BIGINT NOT NULL, -- since when nobody knows how a writing ended
  refused     TEXT   NOT NULL, -- why GitHub did not take the content; empty when it did
  updated_at  BIGINT NOT NULL,
  PRIMARY KEY (repository, number)
);

-- When each installation has lately written one: GitHub limits how much content is created.
CREATE TABLE sticky_writes (
  installation BIGINT NOT NULL,
  at           BIGINT NOT NULL
);
CREATE INDEX sticky_writes_at ON sticky_writes (installation, at);
