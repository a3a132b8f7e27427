//! What loads need on a new network: the contracts, a study with three proxies, and as many requests to enrol in it as are wanted.
//!
//! Proofs are simulated ([`prover::keys::simulated`]): the chain verifies them like any other, and thousands are made in seconds.

use std::sync::Arc;

use prover::circuit::{CircuitSize, PublicSignals, ReferenceTime};
use prover::keys::simulated::Simulator;
use prover::keys::VerifyingKey;

use crate::adapters::chain::{ChainDeployer, ChainLedger, ChainSettings};
use crate::adapters::index::SqliteIndex;
use crate::app::found::{default_bounds, default_native_bounds, found, Access};
use crate::domain::context::{revocation_hash, study_id, ContextParts};
use crate::domain::eip712::{Acceptance, Receipt, SigningDomain, TypedMessage as _};
use crate::domain::enrolment::{EnrolmentDetails, EnrolmentKey, EnrolmentRequest, SlotReceipt};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::hash::keccak256;
use crate::domain::ids::{
    Address, ContentHash, CriteriaHash, GrantDigest, Nullifier, RecordCommitment, RecordTag,
    RegistryRoot, StudyId,
};
use crate::domain::members::Role;
use crate::domain::network::Network;
use crate::domain::signer::{EvmKey, Signature};
use crate::domain::study::{StudyTerms, Window};
use crate::domain::umbral::ReceivingKey;
use crate::ports::deployment::{DeploymentPlan, Founding, PlanStore};
use crate::ports::ledger::{
    Call, ChainReader as _, LedgerWriter as _, OnEnrolment, RegistryReader as _, StudiesReader as _,
};
use crate::sandbox::chain::FreshNetwork;

const COIN: u128 = 1_000_000_000_000_000_000;
/// In wei: what is paid does not change what is measured.
const PRICE: u128 = 1_000;
const DAY: u32 = 86_400;
const PROXIES: u8 = 3;
const THRESHOLD: u8 = 2;
/// Records may be as old as this, in days.
const MAX_AGE: u32 = 365;

/// A study that takes enrolments, and everybody's keys.
pub(super) struct Scene {
    /// The network, which ends with this value.
    pub(super) chain: FreshNetwork,
    /// Its contracts.
    pub(super) network: Network,
    reader: Arc<ChainLedger>,
    terms: StudyTerms,
    study: StudyId,
    root: RegistryRoot,
    proxies: Vec<EvmKey>,
    institution: EvmKey,
    simulator: Simulator,
}

/// Somebody who sends what sets the scene.
struct Cast<'a> {
    chain: &'a FreshNetwork,
    settings: ChainSettings,
    network: &'a Network,
}

impl Scene {
    /// Deploys the contracts, admits everybody, and opens a study with so many places.
    pub(super) async fn set(chain: FreshNetwork, quota: u32) -> Result<Self, Failure> {
        let settings = ChainSettings::at(chain.urls()?);
        let consortium = EvmKey::random();
        let network = deploy(&chain, &settings, consortium.clone()).await?;
        let cast = Cast {
            chain: &chain,
            settings: settings.clone(),
            network: &network,
        };
        let (institution, hospital) = (EvmKey::random(), EvmKey::random());
        let proxies: Vec<_> = (0..PROXIES).map(|_| EvmKey::random()).collect();

        cast.admit(consortium, &institution, &hospital, &proxies)
            .await?;
        let purse = chain.purse().await?;
        for account in proxies.iter().chain([&institution]) {
            let to = account.address();
            purse.pay(to, 100 * COIN, &to.to_string()).await?;
        }
        for proxy in &proxies {
            let bond = Call::DepositBond {
                token: Address::default(),
                amount: 50 * COIN,
            };
            cast.sends(proxy.clone(), &[bond]).await?;
        }
        let commitments = vec![RecordCommitment::reduce(&[1; 32])];
        cast.sends(hospital, &[Call::Insert { commitments }])
            .await?;
        let reader = Arc::new(ChainLedger::connect(network.clone(), settings).await?);
        let now = reader.head().await?.time;
        let terms = terms(&proxies, now, quota);
        let open = Call::OpenStudy(Box::new(terms.clone()));
        cast.sends(institution.clone(), &[open]).await?;

        let missing = |what: &str| Failure::new(FailureCode::Internal, format!("no {what}"));
        let root = reader.current_root().await?;
        let key = VerifyingKey::development(CircuitSize::Small).ok();
        Ok(Self {
            study: study_id(
                network.chain_id,
                network.contracts.studies,
                institution.address(),
                0,
            ),
            root: root.ok_or_else(|| missing("registry root"))?,
            simulator: key
                .and_then(Simulator::of)
                .ok_or_else(|| missing("development key"))?,
            chain,
            network,
            reader,
            terms,
            proxies,
            institution,
        })
    }

    /// How many enrolments the study has that are open, and that were paid.
    pub(super) async fn standing(&self) -> Result<(u32, u32), Failure> {
        let study = self.reader.study(self.study).await?;
        Ok(study.map_or((0, 0), |study| (study.open, study.settled)))
    }

    /// Requests of patients with these numbers.
    pub(super) async fn requests(
        &self,
        patients: std::ops::Range<u32>,
    ) -> Result<Vec<EnrolmentRequest>, Failure> {
        let now = self.reader.head().await?.time;
        let reference = reference(now)?;
        Ok(patients
            .map(|patient| self.request(patient, now, &reference))
            .collect())
    }

    /// What settles an enrolment, with the institution's signature.
    pub(super) fn acceptance(&self, request: &EnrolmentRequest) -> (OnEnrolment, Signature) {
        let EnrolmentKey {
            study_id,
            nullifier,
        } = request.key;
        let acceptance = Acceptance {
            study_id,
            nullifier,
            attempt: request.attempt,
        };
        let on = OnEnrolment {
            key: request.key,
            attempt: request.attempt,
            details: EnrolmentDetails {
                registry_root: request.registry_root,
                record_tag: request.record_tag,
                grant_digest: request.grant_digest,
                revocation_hash: request.revocation_hash,
                slots: request.slots(),
            },
        };
        (on, acceptance.sign(&self.domain(), &self.institution))
    }

    fn domain(&self) -> SigningDomain {
        SigningDomain {
            chain_id: self.network.chain_id,
            enrolments: self.network.contracts.enrolments,
        }
    }

    fn request(&self, patient: u32, now: u64, reference: &ReferenceTime) -> EnrolmentRequest {
        let word = |label: &[u8]| keccak256(&[label, &patient.to_be_bytes()]);
        let mut request = EnrolmentRequest {
            key: EnrolmentKey {
                study_id: self.study,
                nullifier: Nullifier::reduce(&word(b"nullifier")),
            },
            attempt: 0,
            day: reference.day,
            registry_root: self.root,
            record_tag: RecordTag::reduce(&word(b"tag")),
            grant_digest: GrantDigest::new(word(b"grant")),
            revocation_hash: revocation_hash(&word(b"secret")),
            payout: EvmKey::random().address(),
            proof: [[0; 32]; 8],
            receipts: Vec::new(),
        };
        request.proof = self.proof(&request, reference);
        request.receipts = self.receipts(&request, now + 3_600);
        request
    }

    fn proof(&self, request: &EnrolmentRequest, reference: &ReferenceTime) -> [[u8; 32]; 8] {
        let context = ContextParts {
            chain_id: self.network.chain_id,
            enrolments: self.network.contracts.enrolments,
            study_id: self.study,
            attempt: request.attempt,
            payout: request.payout,
            revocation_hash: request.revocation_hash,
            grant_digest: request.grant_digest,
        };
        let signals = PublicSignals([
            request.registry_root.to_field(),
            self.terms.criteria_hash.to_field(),
            self.terms.purposes.into(),
            reference.pack(),
            self.study.to_field(),
            request.key.nullifier.to_field(),
            request.record_tag.to_field(),
            context.context().to_field(),
        ]);
        self.simulator.prove(&signals).to_contract().words()
    }

    fn receipts(&self, request: &EnrolmentRequest, valid_until: u64) -> Vec<SlotReceipt> {
        let receipt = Receipt {
            study_id: self.study,
            nullifier: request.key.nullifier,
            attempt: request.attempt,
            record_tag: request.record_tag,
            grant_digest: request.grant_digest,
            valid_until,
        };
        let signed = (0..).zip(&self.proxies).map(|(slot, proxy)| SlotReceipt {
            slot,
            valid_until,
            signature: receipt.sign(&self.domain(), proxy),
        });
        signed.collect()
    }
}

impl Cast<'_> {
    async fn admit(
        &self,
        consortium: EvmKey,
        institution: &EvmKey,
        hospital: &EvmKey,
        proxies: &[EvmKey],
    ) -> Result<(), Failure> {
        let member = |key: &EvmKey, role| Call::Admit {
            account: key.address(),
            role,
        };
        let mut calls = vec![
            member(institution, Role::Institution),
            member(hospital, Role::Hospital),
        ];
        calls.extend(proxies.iter().map(|proxy| Call::AdmitProxy {
            account: proxy.address(),
            operator: proxy.address(),
        }));
        self.sends(consortium, &calls).await
    }

    /// Sends calls from an account, and waits for each.
    async fn sends(&self, key: EvmKey, calls: &[Call]) -> Result<(), Failure> {
        let store = self.chain.store(&key.address().to_string()).await?;
        let outbox = store.outbox(self.network.genesis_hash.to_bytes());
        let ledger = ChainLedger::connect(self.network.clone(), self.settings.clone()).await?;
        let ledger = ledger.with_key(key, Arc::new(outbox));
        for call in calls {
            ledger.submit(call).await?;
        }
        Ok(())
    }
}

/// Nothing goes on after a bench that was ended.
struct NoPlans;

impl PlanStore for NoPlans {
    fn load(&self) -> Result<Option<DeploymentPlan>, Failure> {
        Ok(None)
    }

    fn keep(&self, _: &DeploymentPlan) -> Result<(), Failure> {
        Ok(())
    }
}

async fn deploy(
    chain: &FreshNetwork,
    settings: &ChainSettings,
    key: EvmKey,
) -> Result<Network, Failure> {
    let identity = ChainDeployer::identify(settings).await?;
    let store: SqliteIndex = chain.store("consortium").await?;
    let founding = Founding {
        consortium_account: key.address(),
        bounds: default_bounds(identity.chain_id),
        native: default_native_bounds(),
    };
    let outbox = store.outbox(identity.genesis.to_bytes());
    let deployer = ChainDeployer::new(settings, identity, key, Arc::new(outbox))?;
    let access = Access {
        rpc_urls: settings.rpc_urls.clone(),
        gas_price: 0,
        finality: 1,
    };
    found(&deployer, &NoPlans, &founding, &access, true, &|_| {}).await
}

fn terms(proxies: &[EvmKey], now: u64, quota: u32) -> StudyTerms {
    let window = Window {
        seconds: DAY,
        blocks: DAY,
    };
    StudyTerms {
        criteria_hash: CriteriaHash::reduce(&[2; 32]),
        criteria_document: ContentHash::new([3; 32]),
        agreement: ContentHash::new([4; 32]),
        receiving_key: ReceivingKey::random().public(),
        proxies: proxies.iter().map(EvmKey::address).collect(),
        token: Address::default(),
        price: PRICE,
        fee: PRICE / 10,
        opens_at: now,
        closes_at: now + u64::from(DAY),
        delivery_window: window,
        challenge_window: window,
        quota,
        max_record_age: MAX_AGE,
        minimum_records: 1,
        purposes: 1,
        openings: 8,
        threshold: THRESHOLD,
    }
}

fn reference(now: u64) -> Result<ReferenceTime, Failure> {
    let wrong = || Failure::new(FailureCode::ReferenceTimeWrong, "the block's date");
    let seconds = i64::try_from(now).map_err(|_| wrong())?;
    let date = jiff::Timestamp::from_second(seconds)
        .map_err(|_| wrong())?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let mut reference = ReferenceTime::of(date, 0).ok_or_else(wrong)?;
    reference.oldest_as_of = reference.day - MAX_AGE;
    Ok(reference)
}
