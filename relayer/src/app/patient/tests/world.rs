//! A patient, a hospital's work, three proxies and a study.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use prover::circuit::inputs::EligibilityInputs;
use prover::circuit::CircuitSize;
use prover::facts::{encode, tree::FactsTree, EncodeOptions, MAPPING_VERSION};
use prover::field::Fr;
use prover::record::Terms;

use super::chain::{Chain, NOW};
use super::proxy::{Directory, Manner, Proxy};
use crate::adapters::index::SqliteIndex;
use crate::app::patient::fit::Moment;
use crate::app::patient::Patient;
use crate::app::registry::RegistryView;
use crate::domain::content::{write_content, Attachment, RecordContent};
use crate::domain::enrolment::ProofWords;
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::failure::Failure;
use crate::domain::hash::sha256;
use crate::domain::ids::{
    Address, ContentHash, CriteriaHash, RecordCommitment, StudyId, VerifyingKeyHash,
};
use crate::domain::opening::SealedOpening;
use crate::domain::seed::Seed;
use crate::domain::stream::{Sealer, StreamKeys};
use crate::domain::study::{Study, StudyTerms, Window};
use crate::domain::umbral::{seal_file_key, DelegatingKey, FragmentSigner, ReceivingKey};
use crate::domain::uses::Use;
use crate::ports::proving::EligibilityProver;
use crate::ports::shelf::RecordShelf;

pub(super) const ENROLMENTS: Address = Address::new([5; 20]);
pub(super) const VERIFYING_KEY: VerifyingKeyHash = VerifyingKeyHash::new([6; 32]);
const AGREEMENT: &str = "Data stay in the institution.";
pub(super) const CRITERIA: &str = r#"{"include": [{"age": {"$gte": 18}}]}"#;
const BUNDLE: &str = r#"{"resourceType": "Bundle", "type": "collection", "entry": [
    {"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980-02-03"}}]}"#;

/// Records in memory.
#[derive(Default)]
pub(super) struct MemoryShelf {
    pub(super) records: Mutex<BTreeMap<u32, (Vec<u8>, Vec<u8>)>>,
    pub(super) next: Mutex<u32>,
}

impl RecordShelf for MemoryShelf {
    fn indices(&self) -> Result<Vec<u32>, Failure> {
        Ok(self.records.lock().unwrap().keys().copied().collect())
    }

    fn put(&self, index: u32, envelope: &[u8], head: &[u8]) -> Result<(), Failure> {
        self.records
            .lock()
            .unwrap()
            .insert(index, (envelope.to_vec(), head.to_vec()));
        Ok(())
    }

    fn get(&self, index: u32) -> Result<Option<(Vec<u8>, Vec<u8>)>, Failure> {
        Ok(self.records.lock().unwrap().get(&index).cloned())
    }

    fn next_key_set(&self) -> Result<u32, Failure> {
        Ok(*self.next.lock().unwrap())
    }

    fn set_next_key_set(&self, next: u32) -> Result<(), Failure> {
        *self.next.lock().unwrap() = next;
        Ok(())
    }
}

/// Takes inputs for proved once the prover's own checks pass.
pub(super) struct PaperProver;

impl EligibilityProver for PaperProver {
    fn verifying_key_hash(&self, _: CircuitSize) -> Result<VerifyingKeyHash, Failure> {
        Ok(VERIFYING_KEY)
    }

    fn prove(&self, inputs: &EligibilityInputs) -> Result<ProofWords, Failure> {
        assert_eq!(inputs.facts.root(), inputs.record.facts_root);
        let root = inputs.path.root_of(&inputs.record.commitment()).unwrap();
        assert_eq!(root, inputs.path.root);
        let identity = prover::record::identity_commitment(&inputs.identity.secret);
        let pseudonym = prover::record::pseudonym(&identity, &inputs.identity.pseudonym_nonce);
        assert_eq!(pseudonym, inputs.record.pseudonym);
        let version = inputs.record.terms.mapping_version;
        let criteria = prover::clause::criteria_hash(version, &inputs.study.slots);
        assert_eq!(criteria, inputs.study.criteria_hash);
        Ok(ProofWords::default())
    }
}

pub(super) struct World {
    pub(super) chain: Arc<Chain>,
    pub(super) proxies: Vec<Arc<Proxy>>,
    pub(super) shelf: Arc<MemoryShelf>,
    pub(super) patient: Patient,
}

impl World {
    pub(super) async fn new() -> Self {
        let chain = Arc::new(Chain::default());
        let proxies: Vec<_> = (0..3).map(|_| Proxy::new(&chain)).collect();
        let cards = proxies
            .iter()
            .map(|proxy| (proxy.key.address(), proxy.card()));
        chain.0.lock().unwrap().cards = cards.collect();
        let shelf = Arc::new(MemoryShelf::default());
        let patient = patient_of(Seed::random(), &chain, &proxies, &shelf).await;
        let world = Self {
            chain,
            proxies,
            shelf,
            patient,
        };
        world.open_study();
        world
    }

    /// Another client of the same patient, on an empty machine.
    pub(super) async fn restored(&self) -> (Patient, Arc<MemoryShelf>) {
        let shelf = Arc::new(MemoryShelf::default());
        let seed = Seed::from_words(&self.patient.seed.words()).unwrap();
        (
            patient_of(seed, &self.chain, &self.proxies, &shelf).await,
            shelf,
        )
    }

    pub(super) fn study(&self) -> StudyId {
        self.chain.0.lock().unwrap().studies[0].id
    }

    pub(super) fn change_study(&self, change: impl FnOnce(&mut Study)) {
        change(&mut self.chain.0.lock().unwrap().studies[0]);
    }

    pub(super) fn set_manner(&self, proxy: usize, manner: Manner) {
        *self.proxies[proxy].manner.lock().unwrap() = manner;
    }

    fn open_study(&self) {
        let document = |text: &str| {
            let hash = ContentHash::new(sha256(&[text.as_bytes()]));
            let bytes = Bytes::copy_from_slice(text.as_bytes());
            // The last proxy alone has them, so that all are asked
            self.proxies[2]
                .documents
                .lock()
                .unwrap()
                .insert(hash, bytes);
            hash
        };
        let window = Window {
            seconds: 60,
            blocks: 10,
        };
        let terms = StudyTerms {
            criteria_hash: CriteriaHash::from(&prover::criteria::compile(CRITERIA).unwrap().hash()),
            criteria_document: document(CRITERIA),
            agreement: document(AGREEMENT),
            receiving_key: ReceivingKey::random().public(),
            proxies: self
                .proxies
                .iter()
                .map(|proxy| proxy.key.address())
                .collect(),
            token: Address::default(),
            price: 1000,
            fee: 10,
            opens_at: NOW - 10,
            closes_at: NOW + 1000,
            delivery_window: window,
            challenge_window: window,
            quota: 5,
            max_record_age: 30,
            minimum_records: 1,
            purposes: Use::Biomedical.bit(),
            openings: 8,
            threshold: 2,
        };
        self.chain.0.lock().unwrap().studies.push(Study {
            id: StudyId::reduce(&[1; 32]),
            institution: Address::new([4; 20]),
            terms,
            slice: 500,
            open: 0,
            settled: 0,
            quota: 5,
            closed: false,
        });
    }

    pub(super) fn terms() -> Terms {
        let today = Moment::of_block(NOW).unwrap().reference.day;
        Terms {
            consent: Use::Biomedical.bit() | Use::Cancer.bit(),
            expiry_day: today + 100,
            as_of_day: today - 1,
            mapping_version: MAPPING_VERSION,
        }
    }

    /// What a hospital does: seals a record under key set `index`, puts it on chain and at the proxies.
    pub(super) fn certify(&self, index: u32, terms: Terms) -> RecordCommitment {
        let (commitment, envelope, ciphertext) = self.seal(index, terms, |_| {});
        self.chain.insert(commitment);
        self.deposit(&envelope, &ciphertext);
        commitment
    }

    pub(super) fn deposit(&self, envelope: &[u8], ciphertext: &[u8]) {
        let decoded = Envelope::decode(envelope).unwrap();
        for proxy in &self.proxies {
            let key = *decoded.delegating_key.as_bytes();
            proxy
                .envelopes
                .lock()
                .unwrap()
                .insert(key, Bytes::copy_from_slice(envelope));
            let root = decoded.ciphertext_root;
            proxy
                .ciphertexts
                .lock()
                .unwrap()
                .insert(root, Bytes::copy_from_slice(ciphertext));
        }
    }

    pub(super) fn seal(
        &self,
        index: u32,
        terms: Terms,
        change: impl FnOnce(&mut SealedOpening),
    ) -> (RecordCommitment, Vec<u8>, Vec<u8>) {
        let keys = self.patient.seed.record_keys(index);
        let facts = encode(BUNDLE.as_bytes(), &EncodeOptions::default())
            .unwrap()
            .facts;
        let mut opening = SealedOpening {
            facts_root: FactsTree::new(&facts).unwrap().root(),
            pseudonym: keys
                .pseudonym(self.patient.seed.identity_commitment())
                .to_field(),
            terms,
            blinding: Fr::from(77u8),
        };
        change(&mut opening);
        let stream = StreamKeys::random();
        let content = RecordContent {
            opening: opening.to_json(),
            facts: b"[]".to_vec(),
            value_sets: b"[]".to_vec(),
            bundle: BUNDLE.as_bytes().to_vec(),
        };
        let scan = vec![7; 500_000];
        let size = scan.len() as u64;
        let scan = Attachment {
            name: "scan".to_owned(),
            size,
            content: scan.as_slice(),
        };
        let sealer = write_content(Sealer::new(&stream, Vec::new()), &content, vec![scan]).unwrap();
        let (sealed, ciphertext) = sealer.finish().unwrap();
        let delegating = DelegatingKey::from_seed_bytes(&keys.delegating).public();
        let wrapped = seal_file_key(&delegating, stream.key()).unwrap();
        let envelope = Envelope {
            capsule: wrapped.capsule,
            wrapped_key: wrapped.wrapped,
            delegating_key: delegating,
            verifying_key: FragmentSigner::from_seed_bytes(&keys.verifying).public(),
            nonce: stream.nonce(),
            ciphertext_length: sealed.length,
            ciphertext_root: sealed.root,
        };
        let envelope = envelope.encode().unwrap();
        (
            opening.commitment(envelope_hash(&envelope)),
            envelope,
            ciphertext,
        )
    }
}

async fn patient_of(
    seed: Seed,
    chain: &Arc<Chain>,
    proxies: &[Arc<Proxy>],
    shelf: &Arc<MemoryShelf>,
) -> Patient {
    let index = Arc::new(SqliteIndex::in_memory().await.unwrap());
    Patient {
        seed,
        enrolments: ENROLMENTS,
        ledger: chain.clone(),
        registry: Arc::new(RegistryView::new(index, chain.clone())),
        directory: Arc::new(Directory(proxies.to_vec())),
        shelf: shelf.clone(),
    }
}
