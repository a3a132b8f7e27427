//! Records that are rolled up for value sets, and certified anew for them.

use prover::facts::tree::FactsTree;
use prover::facts::{FactKey, ValueSets};

use super::*;

fn value_sets() -> Arc<ValueSets> {
    let resource = serde_json::json!({
        "resourceType": "ValueSet", "url": "urn:diabetes", "version": "1",
        "compose": {"include": [{"system": "http://snomed.info/sct", "concept": [{"code": "1"}, {"code": "2"}]}]},
    });
    let file = (
        "diabetes.json".to_owned(),
        resource.to_string().into_bytes(),
    );
    Arc::new(ValueSets::read(&[file]).unwrap())
}

#[tokio::test]
async fn a_record_carries_the_sets_that_its_facts_are_made_with() {
    let (world, seed) = (World::new().await, Seed::random());
    let hospital = world.hospital();
    let mut order = world.order(&seed, "p", "1");
    let source = order.source();
    let plain = certify_one(&hospital, &order).await.unwrap().entry;
    let content = world.check_record(&seed, &plain);
    assert_eq!(content.value_sets, b"[]");

    order.value_sets = value_sets();
    let made = |record| hospital.is_made_by(record, &order).unwrap();
    assert!(!made(plain.commitment));
    let rolled = supersede_one(&hospital, plain.commitment, &order).await;
    let rolled = rolled.unwrap().entry;
    assert_eq!(rolled.key_set, 1);
    assert!(!world.chain.is_live(plain.commitment));
    // Given again, there is nothing to do, and no key set is used
    assert!(made(rolled.commitment));
    let known = Known::load(&*hospital.books).unwrap();
    assert_eq!(known.made_from(&source).unwrap(), rolled.commitment);
    assert_eq!(
        known.made_from("elsewhere.json").unwrap_err().code(),
        FailureCode::NotFound
    );

    let content = world.check_record(&seed, &rolled);
    let opening = SealedOpening::from_json(&content.opening).unwrap();
    let encoded = content.encode().unwrap();
    assert_eq!(
        FactsTree::new(&encoded.facts).unwrap().root(),
        opening.facts_root
    );
    let digest = value_sets().iter().next().unwrap().digest();
    let key = FactKey::rolled_up("Condition", digest);
    let fact = encoded.facts.iter().find(|fact| fact.key == key).unwrap();
    assert_eq!(fact.count, 1);
    // Without its sets the record's facts are others
    let mut bare = content;
    bare.value_sets = b"[]".to_vec();
    assert_ne!(
        FactsTree::new(&bare.encode().unwrap().facts)
            .unwrap()
            .root(),
        opening.facts_root
    );
    bare.value_sets = b"{}".to_vec();
    assert_eq!(
        bare.encode().unwrap_err().code(),
        FailureCode::InvalidBundle
    );
}
