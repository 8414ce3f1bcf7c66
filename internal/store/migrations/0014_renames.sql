-- GitHub's number of a repository, which stays when it is renamed or transferred; 0 while it is not known.
ALTER TABLE repositories ADD COLUMN github_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX repositories_github ON repositories (github_id);

-- Whose audit log is whose, where it does not bear the name of its repository: a log keeps the name that it began
-- with, for its digests cover it, and another repository that takes the name begins one of its own.
CREATE TABLE audit_logs (
  log        TEXT NOT NULL PRIMARY KEY,
  repository TEXT NOT NULL
);
CREATE UNIQUE INDEX audit_logs_repository ON audit_logs (repository);
