-- A batch is a transaction that brings about the effects of several entries. It exists from its signing on.
ALTER TABLE outbox ADD COLUMN batch INTEGER REFERENCES outbox (id);  -- the entry whose transaction carries this one
ALTER TABLE outbox ADD COLUMN place INTEGER;                         -- which entry of that batch it is, from 0

CREATE INDEX outbox_members ON outbox (batch, place) WHERE batch IS NOT NULL;

-- Whatever ends a batch without its being included leaves its entries queued by themselves, in the same database transaction.
CREATE TRIGGER outbox_batch_came_to_nothing AFTER UPDATE OF state ON outbox
WHEN OLD.state = 'signed' AND NEW.state IN ('queued', 'failed')
BEGIN
    UPDATE outbox SET batch = NULL, place = NULL WHERE batch = NEW.id;
END;
