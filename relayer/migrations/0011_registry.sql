-- The record registry's history, copied from events: a cache that is rebuilt when it is missing.
CREATE TABLE registry_changes (
    number   INTEGER PRIMARY KEY,       -- from 0, in the order of the events
    position INTEGER NOT NULL,          -- of the leaf
    leaf     BLOB NOT NULL              -- commitment, or zero
);

CREATE TABLE registry_roots (
    changes INTEGER PRIMARY KEY,        -- leaf changes that had led to the root
    root    BLOB NOT NULL
);

CREATE INDEX registry_roots_by_root ON registry_roots (root);

-- How far each follower of the chain has come. Moved in the transaction that stores the effect.
CREATE TABLE cursors (
    follower   TEXT PRIMARY KEY,
    block      INTEGER NOT NULL,
    block_hash BLOB NOT NULL
);
