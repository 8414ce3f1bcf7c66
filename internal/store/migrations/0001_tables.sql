-- One text for both engines. Times are unix milliseconds, 0 when there is none. SQLite takes the type
-- names of PostgreSQL: a BYTEA column keeps blobs as they are, a BOOLEAN column keeps 0 and 1.

-- What GitHub has delivered, and what each delivery asked for.
CREATE TABLE deliveries (
  guid         TEXT   NOT NULL PRIMARY KEY,
  event        TEXT   NOT NULL,
  action       TEXT   NOT NULL,
  repository   TEXT   NOT NULL,
  installation BIGINT NOT NULL,
  received_at  BIGINT NOT NULL
);
CREATE INDEX deliveries_received ON deliveries (received_at);

CREATE TABLE raised (
  guid TEXT   NOT NULL REFERENCES deliveries (guid) ON DELETE CASCADE,
  key  TEXT   NOT NULL,
  want BIGINT NOT NULL,
  PRIMARY KEY (guid, key)
);

-- The work table: want > done means "once more", for one key at most one claim at a time.
CREATE TABLE work (
  key          TEXT    NOT NULL PRIMARY KEY,
  kind         TEXT    NOT NULL,
  installation BIGINT  NOT NULL,
  repository   TEXT    NOT NULL,
  payload      TEXT    NOT NULL,
  priority     BIGINT  NOT NULL,
  want         BIGINT  NOT NULL DEFAULT 1,
  done         BIGINT  NOT NULL DEFAULT 0,
  due_at       BIGINT  NOT NULL,
  recheck_at   BIGINT  NOT NULL DEFAULT 0,
  claimed      BIGINT  NOT NULL DEFAULT 0, -- the want that the last claim saw
  fence        BIGINT  NOT NULL DEFAULT 0, -- counts claims, so that an old one is told from a new one
  lease_owner  TEXT    NOT NULL DEFAULT '',
  lease_until  BIGINT  NOT NULL DEFAULT 0,
  attempts     BIGINT  NOT NULL DEFAULT 0,
  last_error   TEXT    NOT NULL DEFAULT '',
  failed       BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX work_due     ON work (due_at)       WHERE want > done;
CREATE INDEX work_recheck ON work (recheck_at)   WHERE recheck_at > 0;
CREATE INDEX work_leased  ON work (installation) WHERE lease_owner <> '';

-- Until when no work of an installation may be claimed.
CREATE TABLE holds (
  installation BIGINT NOT NULL PRIMARY KEY,
  until        BIGINT NOT NULL
);

-- What only webhooks know.
CREATE TABLE heads (
  repository TEXT   NOT NULL,
  number     BIGINT NOT NULL,
  sha        TEXT   NOT NULL,
  arrived_at BIGINT NOT NULL,
  pushed_by  TEXT   NOT NULL,
  PRIMARY KEY (repository, number, sha)
);

CREATE TABLE commands (
  repository TEXT   NOT NULL,
  number     BIGINT NOT NULL,
  comment_id BIGINT NOT NULL,
  author     TEXT   NOT NULL,
  body       BYTEA  NOT NULL, -- bytes, because people write it and PostgreSQL's TEXT refuses some of it
  seen_at    BIGINT NOT NULL,
  edited_at  BIGINT NOT NULL,
  edited_by  TEXT   NOT NULL,
  deleted_at BIGINT NOT NULL,
  PRIMARY KEY (repository, number, comment_id)
);

-- Pull requests and their finished evaluations.
CREATE TABLE pulls (
  repository   TEXT   NOT NULL,
  number       BIGINT NOT NULL,
  installation BIGINT NOT NULL,
  head_sha     TEXT   NOT NULL,
  base_ref     TEXT   NOT NULL,
  author       TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  run_id       TEXT   NOT NULL DEFAULT '',
  updated_at   BIGINT NOT NULL,
  PRIMARY KEY (repository, number)
);
CREATE INDEX pulls_head ON pulls (repository, head_sha);

CREATE TABLE runs (
  id         TEXT    NOT NULL PRIMARY KEY,
  repository TEXT    NOT NULL,
  number     BIGINT  NOT NULL,
  head_sha   TEXT    NOT NULL,
  taken_at   BIGINT  NOT NULL,
  accepted   BOOLEAN NOT NULL,
  conclusion TEXT    NOT NULL,
  digest     TEXT    NOT NULL,
  snapshot   BYTEA   NOT NULL,
  verdicts   BYTEA   NOT NULL,
  report     BYTEA   NOT NULL
);
CREATE INDEX runs_pull  ON runs (repository, number, taken_at);
CREATE INDEX runs_taken ON runs (taken_at);

-- What we have published.
CREATE TABLE checks (
  repository   TEXT   NOT NULL,
  sha          TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  check_run_id BIGINT NOT NULL,
  digest       TEXT   NOT NULL,
  generation   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  PRIMARY KEY (repository, sha, name)
);

-- Groups of the merge queue.
CREATE TABLE merge_groups (
  repository   TEXT   NOT NULL,
  head_sha     TEXT   NOT NULL,
  head_ref     TEXT   NOT NULL,
  base_ref     TEXT   NOT NULL,
  requested_at BIGINT NOT NULL,
  destroyed_at BIGINT NOT NULL,
  PRIMARY KEY (repository, head_sha)
);

CREATE TABLE merge_group_pulls (
  repository TEXT   NOT NULL,
  number     BIGINT NOT NULL,
  head_sha   TEXT   NOT NULL,
  place      BIGINT NOT NULL,
  PRIMARY KEY (repository, number, head_sha)
);
CREATE INDEX merge_group_pulls_head ON merge_group_pulls (repository, head_sha);

CREATE TABLE repositories (
  name         TEXT    NOT NULL PRIMARY KEY,
  installation BIGINT  NOT NULL,
  configured   BOOLEAN NOT NULL,
  checked_at   BIGINT  NOT NULL
);
CREATE INDEX repositories_installation ON repositories (installation);

-- A cache that all processes share.
CREATE TABLE facts (
  key        TEXT   NOT NULL PRIMARY KEY,
  generation BIGINT NOT NULL,
  value      BYTEA,
  stored_at  BIGINT NOT NULL
);
CREATE INDEX facts_stored ON facts (stored_at);

-- The audit log. audit_ends holds the end of each chain: its row lock makes appending one at a time, and
-- it betrays entries cut off at the end.
CREATE TABLE audit (
  repository TEXT   NOT NULL,
  seq        BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  kind       TEXT   NOT NULL,
  number     BIGINT NOT NULL,
  head_sha   TEXT   NOT NULL,
  detail     BYTEA  NOT NULL,
  previous   TEXT   NOT NULL,
  digest     TEXT   NOT NULL,
  PRIMARY KEY (repository, seq)
);

CREATE TABLE audit_ends (
  repository TEXT   NOT NULL PRIMARY KEY,
  seq        BIGINT NOT NULL,
  digest     TEXT   NOT NULL
);
