//! Logs as events of the domain, and their paging.
//!
//! [`decode`] is free of input and output: a log of a contract of ours is an event, or one of the few that nobody follows.

use async_trait::async_trait;
use ethers::{
    abi::RawLog,
    contract::EthLogDecode,
    types::{Filter, Log, H160, U256, U64},
};

use super::{
    bindings::{
        enrolments::{self, EnrolmentsEvents},
        registry::RecordRegistryEvents,
        studies::StudiesEvents,
        treasury::TreasuryEvents,
    },
    convert,
    node::Node,
    ChainLedger,
};
use crate::{
    domain::{
        enrolment::{EnrolmentDetails, EnrolmentKey},
        ids::{GrantDigest, RevocationHash, TransactionHash},
    },
    ports::{
        index::{Cursor, IndexError},
        ledger::{
            EventId, EventPage, EventSource, EventsReader, LedgerError, LedgerEvent,
            LedgerEventKind,
        },
    },
};

#[async_trait]
impl EventsReader for ChainLedger {
    async fn events_after(
        &self,
        after: Option<Cursor>,
        sources: &[EventSource],
    ) -> Result<Option<EventPage>, LedgerError> {
        // One node for the whole page: another one might lack the last blocks, and their events would be passed over
        let node = self.node.pinned().await;
        let head = node.head().await?.number;
        if let Some(cursor) = after {
            // A node that lags has nothing new, and has not forgotten anything either
            if cursor.block > head {
                return Ok(None);
            }
            check_cursor(&node, cursor).await?;
        }
        let start = after.map_or(self.network.deployment_block, |cursor| cursor.block + 1);
        // The head itself counts as one block of finality.
        let last = (head + 1).saturating_sub(self.settings.finality);
        if start > last {
            return Ok(None);
        }
        let end = last.min(start.saturating_add(self.settings.page_blocks - 1));
        let filter = Filter::new().address(self.addresses(sources));
        let logs = node.logs(&filter.from_block(start).to_block(end)).await?;
        let upto = cursor_at(&node, end).await?;
        if logs.iter().any(|log| {
            block_of(log) == end && log.block_hash.map(|hash| hash.0) != Some(upto.block_hash)
        }) {
            return Err(IndexError::Reorganised { block: end }.into());
        }
        Ok(Some(EventPage {
            events: self.decode_all(&logs)?,
            upto,
        }))
    }

    async fn events_of(
        &self,
        transaction: TransactionHash,
    ) -> Result<Vec<LedgerEvent>, LedgerError> {
        match self.node.receipt(transaction.to_bytes()).await? {
            Some(receipt) => self.decode_all(&receipt.logs),
            None => Ok(Vec::new()),
        }
    }
}

async fn check_cursor(node: &Node, cursor: Cursor) -> Result<(), LedgerError> {
    match node.block(cursor.block).await? {
        Some(block) if block.hash == cursor.block_hash => Ok(()),
        _ => Err(IndexError::Reorganised {
            block: cursor.block,
        }
        .into()),
    }
}

async fn cursor_at(node: &Node, block: u64) -> Result<Cursor, LedgerError> {
    let block = node.block(block).await?;
    let block = block.ok_or_else(|| LedgerError::Malformed("a block went missing".to_owned()))?;
    Ok(Cursor {
        block: block.number,
        block_hash: block.hash,
    })
}

impl ChainLedger {
    /// All logs that match between two blocks, ends included, page by page.
    pub(super) async fn logs_between(
        &self,
        filter: &Filter,
        first: u64,
        last: u64,
    ) -> Result<Vec<Log>, LedgerError> {
        let mut logs = Vec::new();
        let mut start = first;
        while start <= last {
            let end = last.min(start.saturating_add(self.settings.page_blocks - 1));
            logs.extend(
                self.node
                    .logs(&filter.clone().from_block(start).to_block(end))
                    .await?,
            );
            start = end + 1;
        }
        Ok(logs)
    }

    fn addresses(&self, sources: &[EventSource]) -> Vec<H160> {
        let address = |source: &EventSource| match source {
            EventSource::Registry => self.registry.address(),
            EventSource::Studies => self.studies.address(),
            EventSource::Enrolments => self.enrolments.address(),
            EventSource::Treasury => self.treasury.address(),
        };
        sources.iter().map(address).collect()
    }

    fn decode_all(&self, logs: &[Log]) -> Result<Vec<LedgerEvent>, LedgerError> {
        let mut events = Vec::new();
        for log in logs {
            if let Some(kind) = decode(self, log)? {
                events.push(LedgerEvent {
                    at: id_of(log)?,
                    kind,
                });
            }
        }
        Ok(events)
    }
}

fn block_of(log: &Log) -> u64 {
    log.block_number.unwrap_or_default().as_u64()
}

fn id_of(log: &Log) -> Result<EventId, LedgerError> {
    let (Some(block), Some(index), Some(transaction)) = (
        log.block_number.map(|number: U64| number.as_u64()),
        log.log_index,
        log.transaction_hash,
    ) else {
        return Err(LedgerError::Malformed(
            "a log outside of any block".to_owned(),
        ));
    };
    Ok(EventId {
        block,
        log_index: convert::small(index)?,
        transaction: TransactionHash::new(transaction.0),
    })
}

/// A log as an event; `None` if it is of another contract, or one that nobody follows.
pub(super) fn decode(
    ledger: &ChainLedger,
    log: &Log,
) -> Result<Option<LedgerEventKind>, LedgerError> {
    let raw = RawLog {
        topics: log.topics.clone(),
        data: log.data.to_vec(),
    };
    if log.address == ledger.registry.address() {
        registry_event(read(&raw)?).map(Some)
    } else if log.address == ledger.studies.address() {
        study_event(read(&raw)?)
    } else if log.address == ledger.enrolments.address() {
        enrolment_event(read(&raw)?)
    } else if log.address == ledger.treasury.address() {
        Ok(treasury_event(read(&raw)?)?)
    } else {
        Ok(None)
    }
}

fn read<T: EthLogDecode>(raw: &RawLog) -> Result<T, LedgerError> {
    T::decode_log(raw).map_err(|error| LedgerError::Malformed(format!("an event: {error}")))
}

fn registry_event(event: RecordRegistryEvents) -> Result<LedgerEventKind, LedgerError> {
    Ok(match event {
        RecordRegistryEvents::CommitmentsInsertedFilter(event) => {
            LedgerEventKind::CommitmentsInserted {
                hospital: convert::from_address(event.hospital),
                first_index: convert::small(event.first_index)?,
                commitments: event
                    .commitments
                    .into_iter()
                    .map(convert::field)
                    .collect::<Result<_, _>>()?,
                root: convert::field(event.root)?,
            }
        }
        RecordRegistryEvents::CommitmentSupersededFilter(event) => {
            LedgerEventKind::CommitmentSuperseded {
                hospital: convert::from_address(event.hospital),
                index: convert::small(event.index)?,
                commitment: convert::field(event.commitment)?,
                new_index: convert::small(event.new_index)?,
                replacement: convert::field(event.replacement)?,
                root: convert::field(event.root)?,
            }
        }
        RecordRegistryEvents::CommitmentWithdrawnFilter(event) => {
            LedgerEventKind::CommitmentWithdrawn {
                hospital: convert::from_address(event.hospital),
                index: convert::small(event.index)?,
                commitment: convert::field(event.commitment)?,
                root: convert::field(event.root)?,
            }
        }
    })
}

fn study_event(event: StudiesEvents) -> Result<Option<LedgerEventKind>, LedgerError> {
    Ok(match event {
        StudiesEvents::StudyOpenedFilter(event) => Some(LedgerEventKind::StudyOpened {
            study: convert::field(event.study_id)?,
            institution: convert::from_address(event.institution),
        }),
        StudiesEvents::StudyClosedFilter(event) => Some(LedgerEventKind::StudyClosed {
            study: convert::field(event.study_id)?,
        }),
        _ => None,
    })
}

fn enrolment_event(event: EnrolmentsEvents) -> Result<Option<LedgerEventKind>, LedgerError> {
    Ok(match event {
        EnrolmentsEvents::EnrolledFilter(event) => Some(LedgerEventKind::Enrolled {
            key: key(event.study_id, event.nullifier)?,
            attempt: u32::from(event.attempt),
            day: event.day,
            payout: convert::from_address(event.payout),
            details: details(&event.details)?,
        }),
        EnrolmentsEvents::AttestedFilter(event) => Some(LedgerEventKind::Attested {
            key: key(event.study_id, event.nullifier)?,
            attempt: u32::from(event.attempt),
            proxy: convert::from_address(event.proxy),
        }),
        EnrolmentsEvents::DeliveredFilter(event) => Some(LedgerEventKind::Delivered {
            key: key(event.study_id, event.nullifier)?,
            attempt: u32::from(event.attempt),
        }),
        EnrolmentsEvents::SettledFilter(event) => Some(LedgerEventKind::Settled {
            key: key(event.study_id, event.nullifier)?,
            attempt: u32::from(event.attempt),
            accepted: event.accepted,
        }),
        EnrolmentsEvents::RefundedFilter(event) => Some(LedgerEventKind::Refunded {
            key: key(event.study_id, event.nullifier)?,
            attempt: u32::from(event.attempt),
            silent: event.silent,
            compensation: convert::amount(event.compensation)?,
        }),
        EnrolmentsEvents::RevokedFilter(event) => Some(LedgerEventKind::Revoked {
            key: key(event.study_id, event.nullifier)?,
            attempt: u32::from(event.attempt),
        }),
        EnrolmentsEvents::FaultedFilter(event) => Some(LedgerEventKind::Faulted {
            key: key(event.study_id, event.nullifier)?,
            attempt: u32::from(event.attempt),
        }),
        EnrolmentsEvents::RevocationRevealedFilter(event) => {
            Some(LedgerEventKind::RevocationRevealed {
                hash: RevocationHash::new(event.revocation_hash),
            })
        }
        _ => None,
    })
}

fn treasury_event(event: TreasuryEvents) -> Result<Option<LedgerEventKind>, LedgerError> {
    Ok(match event {
        TreasuryEvents::BondSlashedFilter(event) => Some(LedgerEventKind::BondSlashed {
            proxy: convert::from_address(event.proxy),
            token: convert::from_address(event.token),
            amount: convert::amount(event.amount)?,
        }),
        TreasuryEvents::CreditAddedFilter(event) => Some(LedgerEventKind::CreditAdded {
            account: convert::from_address(event.account),
            token: convert::from_address(event.token),
            amount: convert::amount(event.amount)?,
        }),
        TreasuryEvents::CreditPaidFilter(event) => Some(LedgerEventKind::CreditPaid {
            account: convert::from_address(event.account),
            token: convert::from_address(event.token),
            amount: convert::amount(event.amount)?,
        }),
        _ => None,
    })
}

fn key(study: U256, nullifier: U256) -> Result<EnrolmentKey, LedgerError> {
    Ok(EnrolmentKey {
        study_id: convert::field(study)?,
        nullifier: convert::field(nullifier)?,
    })
}

fn details(details: &enrolments::Details) -> Result<EnrolmentDetails, LedgerError> {
    Ok(EnrolmentDetails {
        registry_root: convert::field(details.registry_root)?,
        record_tag: convert::field(details.record_tag)?,
        grant_digest: GrantDigest::new(details.grant_digest),
        revocation_hash: RevocationHash::new(details.revocation_hash),
        slots: details.slots,
    })
}
