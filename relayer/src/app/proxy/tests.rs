use super::*;

struct Of(u8);

impl ProofVerifier for Of {
    fn key_hash(&self) -> [u8; 32] {
        [self.0; 32]
    }

    fn holds(&self, _: &PublicSignals, _: &Proof) -> bool {
        false
    }
}

/// A study opened before the consortium changed a circuit's key, and one opened since.
#[test]
fn a_circuit_can_have_several_keys() {
    let verifiers: Verifiers = [1, 2, 3]
        .into_iter()
        .zip([CircuitSize::Small, CircuitSize::Large, CircuitSize::Small])
        .map(|(key, size)| (size, Arc::new(Of(key)) as Arc<dyn ProofVerifier>))
        .collect();
    let found = |key| verifier_of(&verifiers, key).map(ProofVerifier::key_hash);
    for key in [1, 2, 3] {
        assert_eq!(
            found(Some(VerifyingKeyHash::new([key; 32]))),
            Some([key; 32])
        );
    }
    assert_eq!(found(Some(VerifyingKeyHash::new([4; 32]))), None);
    assert_eq!(found(None), None);
}
