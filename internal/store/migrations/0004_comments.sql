-- Every text with a command that its author's own hand wrote into a comment, so that an edit takes nothing back;
-- an empty body for one without. digest only keeps the same text from being kept twice.
CREATE TABLE command_texts (
  repository TEXT   NOT NULL,
  number     BIGINT NOT NULL,
  comment_id BIGINT NOT NULL,
  digest     TEXT   NOT NULL,
  body       BYTEA  NOT NULL, -- bytes, because people write it and PostgreSQL's TEXT refuses some of it
  written_at BIGINT NOT NULL,
  PRIMARY KEY (repository, number, comment_id, digest)
);
INSERT INTO command_texts (repository, number, comment_id, digest, body, written_at)
SELECT repository, number, comment_id, 'first seen', body, seen_at FROM commands;
ALTER TABLE commands DROP COLUMN body;

-- GitHub's number of the author: logins can change.
ALTER TABLE commands ADD COLUMN author_id BIGINT NOT NULL DEFAULT 0;
