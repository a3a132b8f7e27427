//! A study as it stands on chain (design section 4).

use prover::circuit::CircuitSize;

use super::failure::{Failure, FailureCode};
use super::ids::{Address, ContentHash, CriteriaHash, StudyId};
pub use super::point::CompressedPoint;

/// A span that ends when its seconds **and** its blocks have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Window {
    /// Seconds, by block times.
    pub seconds: u32,
    /// Blocks.
    pub blocks: u32,
}

/// What an institution opened a study with. The terms never change; only the quota can be raised.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StudyTerms {
    /// Poseidon hash of the compiled criteria.
    pub criteria_hash: CriteriaHash,
    /// SHA-256 of the criteria's JSON, by which proxies serve it.
    pub criteria_document: ContentHash,
    /// SHA-256 of the agreement's text, by which proxies serve it.
    pub agreement: ContentHash,
    /// The institution's Umbral receiving key.
    pub receiving_key: CompressedPoint,
    /// The n proxies by account, in the order of the slots.
    pub proxies: Vec<Address>,
    /// The token of price, fee and bond; zero for the native coin.
    pub token: Address,
    /// What a patient is paid, in the token's smallest unit.
    #[serde(with = "decimal")]
    pub price: u128,
    /// What each slot is paid, in the token's smallest unit.
    #[serde(with = "decimal")]
    pub fee: u128,
    /// Unix seconds from which enrolments are taken.
    pub opens_at: u64,
    /// Unix seconds from which none are taken.
    pub closes_at: u64,
    /// In which the proxies deliver.
    pub delivery_window: Window,
    /// In which the institution may object.
    pub challenge_window: Window,
    /// Enrolments at most, open and settled, when the study was opened.
    pub quota: u32,
    /// How many days back the day that a record was complete to may lie.
    pub max_record_age: u32,
    /// Live records that the registry must hold before anyone enrols.
    pub minimum_records: u32,
    /// Permitted uses that the study needs, a bit mask; never none.
    pub purposes: u32,
    /// The circuit's size, by its number of openings.
    pub openings: u8,
    /// Fragments that open a record: m.
    pub threshold: u8,
}

impl StudyTerms {
    /// Receipts that an enrolment needs: 2m − 1, so that with fewer than m dishonest signers m honest ones remain.
    pub fn receipts_needed(&self) -> usize {
        (2 * usize::from(self.threshold)).saturating_sub(1)
    }

    /// The circuit's size.
    ///
    /// # Errors
    /// `unsupported-version` for a size that this program does not know.
    pub fn circuit(&self) -> Result<CircuitSize, Failure> {
        CircuitSize::of_openings(self.openings).ok_or_else(|| {
            let words = format!(
                "the study's circuit opens {} facts, which no circuit here does",
                self.openings
            );
            Failure::new(FailureCode::UnsupportedVersion, words)
        })
    }

    /// What one place in the quota costs: the price, and a fee for every proxy. In the token's smallest unit.
    pub fn place_cost(&self) -> u128 {
        let proxies = self.proxies.len() as u128;
        self.price.saturating_add(proxies.saturating_mul(self.fee))
    }
}

/// A study and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Study {
    /// Its identifier.
    pub id: StudyId,
    /// Whose it is.
    pub institution: Address,
    /// Its terms.
    pub terms: StudyTerms,
    /// What each receipt locks of its proxy's bond.
    #[serde(with = "decimal")]
    pub slice: u128,
    /// Enrolments that have not ended.
    pub open: u32,
    /// Enrolments that were paid.
    pub settled: u32,
    /// Enrolments at most, raised by topping up.
    pub quota: u32,
    /// Whether the institution closed it before its time.
    pub closed: bool,
}

impl Study {
    /// Places that are left.
    pub fn places_left(&self) -> u32 {
        self.quota
            .saturating_sub(self.open.saturating_add(self.settled))
    }
}

#[cfg(test)]
impl StudyTerms {
    /// Terms for tests, two of these proxies' fragments open; windows of a minute and ten blocks.
    pub(crate) fn example(proxies: Vec<Address>) -> Self {
        let window = Window {
            seconds: 60,
            blocks: 10,
        };
        let generator = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
        Self {
            criteria_hash: CriteriaHash::default(),
            criteria_document: ContentHash::default(),
            agreement: ContentHash::default(),
            receiving_key: generator.parse().expect("it is a point"),
            proxies,
            token: Address::default(),
            price: 1,
            fee: 1,
            opens_at: 0,
            closes_at: 1,
            delivery_window: window,
            challenge_window: window,
            quota: 1,
            max_record_age: 1,
            minimum_records: 1,
            purposes: 1,
            openings: 8,
            threshold: 2,
        }
    }
}

/// Amounts in JSON: decimal strings, because many readers hold numbers as doubles.
pub mod decimal {
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Writes the number as a decimal string.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    /// Reads a decimal string.
    ///
    /// # Errors
    /// If it is none.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
