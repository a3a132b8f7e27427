use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use super::*;
use crate::adapters::books::FileBooks;
use crate::adapters::index::SqliteIndex;
use crate::adapters::keystore::RoleHome;
use crate::domain::content::{read_content, RecordContent};
use crate::domain::envelope::Envelope;
use crate::domain::opening::SealedOpening;
use crate::domain::request::{KeySet, PatientRequest};
use crate::domain::seed::Seed;
use crate::domain::stream::{Opener, StreamKeys};
use crate::domain::umbral::{open_original, DelegatingKey, FragmentSigner, SealedFileKey};
use chain::Chain;
use killed::Killed;
use prover::facts::{encode, EncodeOptions};
use proxies::{Directory, Proxy};

mod chain;
mod interrupted;
mod killed;
mod proxies;
mod refused;
mod rolled_up;

const TODAY: u32 = 46_000;

/// A hospital, its chain and its proxies, in a folder that outlives its processes.
struct World {
    folder: tempfile::TempDir,
    chain: Arc<Chain>,
    proxies: Vec<Arc<Proxy>>,
    index: Arc<SqliteIndex>,
}

impl World {
    async fn new() -> Self {
        let proxies = vec![Proxy::new(11), Proxy::new(12)];
        let mut chain = Chain::default();
        chain.proxies = proxies.iter().map(|proxy| proxy.address()).collect();
        Self {
            folder: tempfile::tempdir().unwrap(),
            chain: Arc::new(chain),
            proxies,
            index: Arc::new(SqliteIndex::in_memory().await.unwrap()),
        }
    }

    /// A process of the hospital.
    fn hospital(&self) -> Hospital {
        self.hospital_killed_after(usize::MAX)
    }

    /// A process that is killed after so many writes.
    fn hospital_killed_after(&self, writes: usize) -> Hospital {
        let home = RoleHome::open(self.folder.path(), "hospital").unwrap();
        let index = Arc::clone(&self.index);
        let chain = Arc::clone(&self.chain);
        Hospital {
            books: Arc::new(Killed {
                books: FileBooks::open(&home).unwrap(),
                left: AtomicUsize::new(writes),
            }),
            ledger: chain.clone(),
            registry: Arc::new(RegistryView::new(index, chain)),
            directory: Arc::new(Directory(self.proxies.clone())),
            key: EvmKey::random(),
        }
    }

    /// A bundle of a patient with one diagnosis.
    fn bundle(&self, patient: &str, code: &str) -> PathBuf {
        let path = self.folder.path().join(format!("{patient}-{code}.json"));
        let bundle = serde_json::json!({
            "resourceType": "Bundle", "type": "collection", "entry": [
                {"resource": {"resourceType": "Patient", "id": patient, "gender": "female"}},
                {"resource": {"resourceType": "Condition", "id": "c", "onsetDateTime": "2020-01-01",
                    "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
                    "subject": {"reference": format!("Patient/{patient}")}}},
            ]
        });
        fs::write(&path, bundle.to_string()).unwrap();
        path
    }

    fn order(&self, seed: &Seed, patient: &str, code: &str) -> CertifyOrder {
        CertifyOrder {
            bundle: self.bundle(patient, code),
            request: request(seed, 0..3),
            patient: None,
            person: None,
            consent: 1,
            expiry_day: None,
            as_of_day: None,
            today: TODAY,
            attachments: Vec::new(),
            value_sets: Arc::default(),
        }
    }

    /// That a record is live on chain, once, and opens from what every proxy holds.
    fn check_record(&self, seed: &Seed, entry: &RecordEntry) -> RecordContent {
        assert!(self.chain.is_live(entry.commitment));
        let inserted = self.chain.inserted();
        let times = inserted.iter().filter(|each| **each == entry.commitment);
        assert_eq!(times.count(), 1);
        let mut contents: Vec<_> = self
            .proxies
            .iter()
            .map(|proxy| open_from(proxy, seed, entry))
            .collect();
        assert!(contents.windows(2).all(|pair| pair[0] == pair[1]));
        contents.pop().unwrap()
    }
}

fn request(seed: &Seed, sets: std::ops::Range<u32>) -> PatientRequest {
    let set = |index: u32| {
        let keys = seed.record_keys(index);
        KeySet {
            index,
            pseudonym_nonce: keys.pseudonym_nonce,
            delegating_key: DelegatingKey::from_seed_bytes(&keys.delegating).public(),
            verifying_key: FragmentSigner::from_seed_bytes(&keys.verifying).public(),
        }
    };
    PatientRequest {
        identity_commitment: seed.identity_commitment(),
        key_sets: sets.map(set).collect(),
    }
}

/// Opens a record as its patient does, and checks its commitment.
fn open_from(proxy: &Proxy, seed: &Seed, entry: &RecordEntry) -> RecordContent {
    let envelope = proxy.envelopes.lock().unwrap()[&entry.envelope_hash].clone();
    let envelope = Envelope::decode(&envelope).unwrap();
    let sealed = SealedFileKey {
        capsule: envelope.capsule,
        wrapped: envelope.wrapped_key,
    };
    let delegating = DelegatingKey::from_seed_bytes(&seed.record_keys(entry.key_set).delegating);
    let key = open_original(&delegating, &sealed).unwrap();
    let ciphertext = proxy.ciphertexts.lock().unwrap()[&envelope.ciphertext_root].clone();
    let keys = StreamKeys::new(key, envelope.nonce);
    let opener = Opener::new(keys, envelope.ciphertext_length, ciphertext.as_slice()).unwrap();
    let content = read_content(opener, |_, _, _| Ok(())).unwrap();
    let opening = SealedOpening::from_json(&content.opening).unwrap();
    assert_eq!(opening.commitment(entry.envelope_hash), entry.commitment);
    content
}

fn quiet(_: &str) {}

async fn certify_one(hospital: &Hospital, order: &CertifyOrder) -> Result<Certified, Failure> {
    let clients = hospital.clients(&[]).await?;
    let orders = std::slice::from_ref(order);
    let mut outcomes = hospital.certify(orders, &clients, &quiet).await?;
    outcomes.remove(0).result
}

async fn supersede_one(
    hospital: &Hospital,
    old: RecordCommitment,
    order: &CertifyOrder,
) -> Result<Certified, Failure> {
    let clients = hospital.clients(&[]).await?;
    hospital.supersede(old, order, &clients, &quiet).await
}

#[tokio::test]
async fn a_record_is_sealed_inserted_and_deposited() {
    let (world, seed) = (World::new().await, Seed::random());
    let mut order = world.order(&seed, "p", "1");
    let scan = world.folder.path().join("scan.dcm");
    fs::write(&scan, vec![5; 100_000]).unwrap();
    order.attachments.push(scan);
    let certified = certify_one(&world.hospital(), &order).await.unwrap();
    assert!(certified.missing.is_empty() && certified.failure().is_none());
    assert_eq!(certified.entry.index(), Some(0));
    assert_eq!(certified.entry.person.as_deref(), Some("p"));
    assert_eq!(certified.entry.terms.expiry_day, TODAY + 365);
    assert_eq!(certified.entry.terms.as_of_day, TODAY);
    assert!(certified.entry.ciphertext_length > 100_000);
    let content = world.check_record(&seed, &certified.entry);
    assert_eq!(content.bundle, fs::read(&order.bundle).unwrap());
    let facts: serde_json::Value = serde_json::from_slice(&content.facts).unwrap();
    let opening = SealedOpening::from_json(&content.opening).unwrap();
    assert_eq!(
        facts["factsRoot"],
        prover::field::to_hex(&opening.facts_root)
    );
    assert_eq!(
        u32::try_from(facts["facts"].as_array().unwrap().len()).unwrap(),
        certified.entry.facts
    );
}

#[tokio::test]
async fn what_proxies_and_institutions_get_does_not_name_the_identity() {
    let (world, seed) = (World::new().await, Seed::random());
    let order = world.order(&seed, "p", "1");
    let certified = certify_one(&world.hospital(), &order).await.unwrap();
    let content = world.check_record(&seed, &certified.entry);
    let secrets = [
        certified.entry.identity.to_string(),
        prover::field::to_hex(&order.request.key_sets[0].pseudonym_nonce),
    ];
    let sealed = [&content.opening, &content.facts, &content.bundle];
    for bytes in sealed {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(secrets.iter().all(|secret| !text.contains(&secret[2..])));
    }
}

#[tokio::test]
async fn of_several_patients_only_the_one_is_sealed() {
    let (world, seed) = (World::new().await, Seed::random());
    let mut order = world.order(&seed, "p", "1");
    let entry = |kind: &str, id: &str, subject: &str| {
        serde_json::json!({"resource": {"resourceType": kind, "id": id,
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": format!("of-{subject}")}]},
            "subject": {"reference": format!("Patient/{subject}")}}})
    };
    let bundle = serde_json::json!({"resourceType": "Bundle", "type": "searchset", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p"}},
        {"resource": {"resourceType": "Patient", "id": "q"}},
        entry("Condition", "1", "p"), entry("Condition", "2", "q"),
    ]});
    fs::write(&order.bundle, bundle.to_string()).unwrap();
    let unchosen = certify_one(&world.hospital(), &order).await.unwrap_err();
    assert_eq!(unchosen.code(), FailureCode::InvalidBundle);
    order.patient = Some("p".to_owned());
    let entry = certify_one(&world.hospital(), &order).await.unwrap().entry;
    assert_eq!(entry.skipped, 2);
    let content = world.check_record(&seed, &entry);
    let sealed = String::from_utf8(content.bundle.clone()).unwrap();
    assert!(
        sealed.contains("of-p") && !sealed.contains("of-q"),
        "{sealed}"
    );
    // The institution makes the same facts of what it receives, without a choice
    let facts = encode(&content.bundle, &EncodeOptions::default()).unwrap();
    let tree = prover::facts::tree::FactsTree::new(&facts.facts).unwrap();
    let opening = SealedOpening::from_json(&content.opening).unwrap();
    assert_eq!(tree.root(), opening.facts_root);
}

#[tokio::test]
async fn several_records_go_in_one_batch_and_a_bad_one_holds_up_none() {
    let world = World::new().await;
    let seeds = [Seed::random(), Seed::random(), Seed::random()];
    let mut orders: Vec<_> = seeds
        .iter()
        .zip(["p", "q", "r"])
        .map(|(seed, patient)| world.order(seed, patient, "1"))
        .collect();
    fs::write(&orders[1].bundle, "no bundle").unwrap();
    let hospital = world.hospital();
    let clients = hospital.clients(&[]).await.unwrap();
    let outcomes = hospital.certify(&orders, &clients, &quiet).await.unwrap();
    let codes: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.result.as_ref().err().map(Failure::code))
        .collect();
    assert_eq!(codes, [None, Some(FailureCode::InvalidBundle), None]);
    assert_eq!(world.chain.calls(), 1);
    // Mended and given again, together with the finished ones
    orders[1].bundle = world.bundle("q", "1");
    let outcomes = hospital.certify(&orders, &clients, &quiet).await.unwrap();
    for (outcome, seed) in outcomes.iter().zip(&seeds) {
        world.check_record(seed, &outcome.result.as_ref().unwrap().entry);
    }
    assert_eq!(world.chain.inserted().len(), 3);
}

#[tokio::test]
async fn a_new_version_takes_the_place_of_the_old_one() {
    let (world, seed) = (World::new().await, Seed::random());
    let hospital = world.hospital();
    let old = certify_one(&hospital, &world.order(&seed, "p", "1"))
        .await
        .unwrap();
    let order = world.order(&seed, "p", "2");
    let new = supersede_one(&hospital, old.entry.commitment, &order)
        .await
        .unwrap();
    assert!(!world.chain.is_live(old.entry.commitment));
    assert_eq!((new.entry.index(), new.entry.key_set), (Some(1), 1));
    assert_ne!(new.entry.pseudonym, old.entry.pseudonym);
    world.check_record(&seed, &new.entry);
    let known = Known::load(&*hospital.books).unwrap();
    let standing = |commitment| known.standing(commitment).unwrap();
    assert_eq!(
        standing(old.entry.commitment),
        Standing::Superseded(new.entry.commitment)
    );
    assert_eq!(standing(new.entry.commitment), Standing::Live);
    assert_eq!(known.find("p").unwrap(), new.entry.commitment);
    assert_eq!(
        known.find(&new.entry.identity.to_string()).unwrap(),
        new.entry.commitment
    );
    // The same command again changes nothing
    let again = supersede_one(&hospital, old.entry.commitment, &order)
        .await
        .unwrap();
    assert_eq!(again.entry, new.entry);
    assert_eq!(world.chain.inserted().len(), 2);
}

#[tokio::test]
async fn a_withdrawn_record_is_gone_and_the_patient_can_be_certified_anew() {
    let (world, seed) = (World::new().await, Seed::random());
    let hospital = world.hospital();
    let order = world.order(&seed, "p", "1");
    let first = certify_one(&hospital, &order).await.unwrap().entry;
    hospital.withdraw(first.commitment, &quiet).await.unwrap();
    assert!(!world.chain.is_live(first.commitment));
    // Again: no second transaction
    let calls = world.chain.calls();
    hospital.withdraw(first.commitment, &quiet).await.unwrap();
    assert_eq!(world.chain.calls(), calls);
    let second = certify_one(&hospital, &order).await.unwrap().entry;
    assert_ne!(second.commitment, first.commitment);
    assert_eq!(second.key_set, 1);
    world.check_record(&seed, &second);
}

/// Every file in a folder.
fn files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}
