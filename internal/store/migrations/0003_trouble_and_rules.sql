-- What people are told while a key fails; empty when nothing is to be told. It goes when the key is done.
ALTER TABLE work ADD COLUMN trouble TEXT NOT NULL DEFAULT '';

-- Whether writing the check run was begun and nobody knows how it ended.
ALTER TABLE checks ADD COLUMN intended BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE checks SET intended = TRUE WHERE check_run_id = 0;

-- The files of the repository that its configuration names, as a JSON list; empty when not known.
ALTER TABLE repositories ADD COLUMN rules TEXT NOT NULL DEFAULT '';
