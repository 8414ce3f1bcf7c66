-- What may be claimed, in the order in which each installation's is.
CREATE INDEX work_ready ON work (installation, priority, due_at, key) WHERE want > done AND NOT failed;
DROP INDEX work_due;
