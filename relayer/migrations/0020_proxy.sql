-- What a proxy holds. All of it can be rebuilt: deposits from the store, grants from the sealed fragments and the chain.

CREATE TABLE envelopes (
    hash           BLOB PRIMARY KEY,
    delegating_key BLOB NOT NULL UNIQUE,
    root           BLOB NOT NULL,
    length         INTEGER NOT NULL           -- of the ciphertext, in bytes
);
CREATE INDEX envelopes_by_root ON envelopes (root);

CREATE TABLE deposits (
    root     BLOB PRIMARY KEY,
    length   INTEGER NOT NULL,
    received INTEGER NOT NULL,
    tree     BLOB NOT NULL,                   -- state of the Merkle tree over what was received
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    CHECK (received <= length),
    CHECK (complete = 0 OR received = length)
);

CREATE TABLE deposit_parts (
    root   BLOB NOT NULL REFERENCES deposits (root) ON DELETE CASCADE,
    start  INTEGER NOT NULL,
    length INTEGER NOT NULL CHECK (length > 0),
    PRIMARY KEY (root, start)
);

-- Grants that a receipt was given for. The key fragments lie sealed elsewhere.
CREATE TABLE grants (
    study          BLOB NOT NULL,
    nullifier      BLOB NOT NULL,
    attempt        INTEGER NOT NULL,
    digest         BLOB NOT NULL,
    record_tag     BLOB NOT NULL,
    envelope       BLOB NOT NULL,
    promised_until INTEGER NOT NULL,          -- Unix seconds
    token          BLOB NOT NULL,
    slice          TEXT NOT NULL,             -- decimal: SQLite's integers have 64 bits
    enrolled       INTEGER NOT NULL CHECK (enrolled IN (0, 1)),
    attested       INTEGER NOT NULL CHECK (attested IN (0, 1)),
    PRIMARY KEY (study, nullifier, attempt)
);
CREATE INDEX grants_by_envelope ON grants (envelope);

-- Nonces of signed requests, kept as long as the request could be sent again.
CREATE TABLE request_nonces (
    signer  BLOB NOT NULL,
    nonce   BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (signer, nonce)
);
CREATE INDEX request_nonces_by_expiry ON request_nonces (expires);
