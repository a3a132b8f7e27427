-- Transactions that an account has decided to send, kept until they are in a block.
CREATE TABLE outbox (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    chain     BLOB NOT NULL,            -- genesis hash: another chain's entries are not seen
    sender    BLOB NOT NULL,
    effect    TEXT NOT NULL,            -- what the transaction brings about, once
    recipient BLOB,                     -- NULL: creates a contract
    value     TEXT NOT NULL,            -- wei, decimal
    data      BLOB NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('queued', 'signed', 'included', 'failed')),
    nonce     INTEGER,
    raw       BLOB,                     -- signed bytes
    hash      BLOB,
    block     INTEGER,
    gas       INTEGER,
    created   BLOB,                     -- address of the contract created
    UNIQUE (chain, sender, effect),
    UNIQUE (chain, sender, nonce),
    CHECK (state != 'signed' OR (nonce IS NOT NULL AND raw IS NOT NULL AND hash IS NOT NULL)),
    CHECK (state != 'included' OR (hash IS NOT NULL AND block IS NOT NULL AND gas IS NOT NULL))
);

CREATE INDEX outbox_unsettled ON outbox (chain, sender, nonce) WHERE state = 'signed';
