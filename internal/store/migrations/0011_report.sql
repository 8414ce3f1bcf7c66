-- Below which number the community's transparency report tells none; 0 when it has not said.
ALTER TABLE repositories ADD COLUMN threshold BIGINT NOT NULL DEFAULT 0;
