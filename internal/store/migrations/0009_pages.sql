-- What pages show. All that is shown of a repository to everybody dates from public_since or later; 0 is
-- nothing. Nothing that was learned before hidden_at makes it public again.
ALTER TABLE repositories ADD COLUMN public_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE repositories ADD COLUMN hidden_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX repositories_lower ON repositories (lower(name));

-- Lists of decisions, newest first, without their bodies.
ALTER TABLE runs ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE pulls ADD COLUMN title TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_decided ON runs (repository, number, taken_at, id);
CREATE INDEX runs_repository ON runs (repository, taken_at, id);
CREATE INDEX pulls_open ON pulls (repository, number) WHERE state = 'open';

-- What each policy said in a run, to be counted.
CREATE TABLE outcomes (
  run_id     TEXT   NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  repository TEXT   NOT NULL,
  policy     TEXT   NOT NULL,
  outcome    TEXT   NOT NULL,
  taken_at   BIGINT NOT NULL,
  PRIMARY KEY (run_id, policy)
);
CREATE INDEX outcomes_policy ON outcomes (repository, policy, outcome, taken_at);

-- The text of the policies of a community's own, as the latest run had it.
CREATE TABLE own_policies (
  repository TEXT   NOT NULL,
  policy     TEXT   NOT NULL,
  digest     TEXT   NOT NULL,
  source     BYTEA  NOT NULL, -- JSON
  seen_at    BIGINT NOT NULL,
  PRIMARY KEY (repository, policy)
);

-- Who is signed in. The cookie holds a secret, and only its hash is here; GitHub's token is kept nowhere.
CREATE TABLE sessions (
  hash         TEXT   NOT NULL PRIMARY KEY,
  account      BIGINT NOT NULL,
  login        TEXT   NOT NULL,
  repositories TEXT   NOT NULL, -- JSON list of what the person could read when they signed in
  expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE INDEX audit_at     ON audit (repository, at, seq);
CREATE INDEX audit_kind   ON audit (repository, kind, at, seq);
CREATE INDEX audit_number ON audit (repository, number, at, seq);
