-- GitHub's time of the last change of a pull request that a look at it is sure to have seen.
ALTER TABLE pulls ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;

-- Which version of the rules every open pull request was last looked at for, as the sweep names it.
ALTER TABLE repositories ADD COLUMN law TEXT NOT NULL DEFAULT '';

-- Deliveries that GitHub could not make, by the GUID that all attempts at one share.
CREATE TABLE redeliveries (
  guid         TEXT   NOT NULL PRIMARY KEY,
  installation BIGINT NOT NULL,
  attempt      BIGINT NOT NULL,           -- GitHub's number of the newest failed attempt
  failed_at    BIGINT NOT NULL,
  asked        BIGINT NOT NULL DEFAULT 0, -- how often another attempt was asked for
  asked_at     BIGINT NOT NULL DEFAULT 0,
  answered     BIGINT NOT NULL DEFAULT 0  -- the newest attempt up to which nothing is to be asked
);
CREATE INDEX redeliveries_failed ON redeliveries (failed_at);

-- How far recovery has come: one row.
CREATE TABLE recovery (
  id      BIGINT NOT NULL PRIMARY KEY,
  ran_at  BIGINT NOT NULL, -- when it last came to an end
  seen_to BIGINT NOT NULL, -- every failed delivery until then is in redeliveries
  top     BIGINT NOT NULL, -- where a reading that is not at its end began, 0 when none is under way
  page    TEXT   NOT NULL  -- and the page it goes on with
);

-- What was given up is tried again from now on.
UPDATE work SET recheck_at = due_at WHERE failed AND recheck_at = 0;
