-- How many check runs each installation has lately written, in spans of ten seconds: GitHub limits writes.
CREATE TABLE check_writes (
  installation BIGINT NOT NULL,
  span         BIGINT NOT NULL, -- unix time divided by ten seconds
  writes       BIGINT NOT NULL,
  PRIMARY KEY (installation, span)
);
