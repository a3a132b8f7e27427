//! Segments with the proof that they belong to a ciphertext.

use futures::TryStreamExt;

use super::cutter::Cutter;
use super::Deposits;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::CiphertextRoot;
use crate::domain::merkle;

/// A sealed segment with its Merkle path, the lowest sibling first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenSegment {
    /// The sealed segment.
    pub data: Vec<u8>,
    /// Its path.
    pub path: Vec<[u8; 32]>,
}

impl Deposits {
    /// Segments of a ciphertext that is held completely, in the order asked for. The ciphertext is read once; 32 bytes are held for
    /// each of its segments.
    ///
    /// # Errors
    /// As [`Deposits::read`]; `invalid-input` for a segment that it does not have.
    pub async fn segments(
        &self,
        root: CiphertextRoot,
        wanted: &[u32],
    ) -> Result<Vec<ProvenSegment>, Failure> {
        let length = self.progress(root).await?.length;
        let mut stream = self.read(root, 0..length).await?;
        let mut cutter = Cutter::new(length);
        let (mut leaves, mut found) = (Vec::new(), Vec::new());
        while let Some(mut piece) = stream.try_next().await? {
            while let Some(segment) = cutter.next(&mut piece) {
                if wanted.iter().any(|place| *place as usize == leaves.len()) {
                    found.push((leaves.len(), segment.to_vec()));
                }
                leaves.push(merkle::leaf(&segment));
            }
        }
        let proven = wanted.iter().map(|place| {
            let place = *place as usize;
            let (_, data) = found.iter().find(|(at, _)| *at == place)?;
            Some(ProvenSegment {
                data: data.clone(),
                path: merkle::path(&leaves, place),
            })
        });
        proven.collect::<Option<_>>().ok_or_else(|| {
            let words = format!("the ciphertext has {} segments", leaves.len());
            Failure::new(FailureCode::InvalidInput, words)
        })
    }
}
