-- Publishing asks whose head a commit is. Without the number, which such lists are ordered by, every open pull request
-- of the repository was read for that, and every head that was ever pushed there.
DROP INDEX pulls_head;
CREATE INDEX pulls_head ON pulls (repository, head_sha, number);
CREATE INDEX heads_sha ON heads (repository, sha, number);

-- runs_decided answers what this one did.
DROP INDEX runs_pull;
