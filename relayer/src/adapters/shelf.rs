//! A patient's records as files: `records/<index>.envelope` and `records/<index>.head`, both sealed to the patient's keys,
//! and `key-sets.json`.

use super::keystore::RoleHome;
use crate::domain::failure::{Failure, FailureCode};
use crate::ports::shelf::RecordShelf;

const FOLDER: &str = "records";
const ENVELOPE: &str = ".envelope";
const HEAD: &str = ".head";
const KEY_SETS: &str = "key-sets.json";
const BRAND: &str = "MSKS";
const VERSION: u32 = 1;

/// The shelf in a role's home.
#[derive(Debug, Clone)]
pub struct FileShelf {
    home: RoleHome,
    records: RoleHome,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct KeySets {
    brand: String,
    version: u32,
    next: u32,
}

impl FileShelf {
    /// Opens the shelf, and makes it if need be.
    ///
    /// # Errors
    /// `io`.
    pub fn open(home: &RoleHome) -> Result<Self, Failure> {
        Ok(Self {
            home: home.clone(),
            records: home.folder(FOLDER)?,
        })
    }

    fn malformed(&self, name: &str, reason: &str) -> Failure {
        let path = self.home.file(name);
        Failure::new(
            FailureCode::Malformed,
            format!("{}: {reason}", path.display()),
        )
    }
}

impl RecordShelf for FileShelf {
    fn indices(&self) -> Result<Vec<u32>, Failure> {
        let names = self.records.list(ENVELOPE)?;
        let mut indices = names
            .iter()
            .map(|name| {
                let number = name
                    .strip_suffix(ENVELOPE)
                    .and_then(|text| text.parse().ok());
                number.ok_or_else(|| self.malformed(name, "its name is no index"))
            })
            .collect::<Result<Vec<u32>, _>>()?;
        indices.sort_unstable();
        Ok(indices)
    }

    fn put(&self, index: u32, envelope: &[u8], head: &[u8]) -> Result<(), Failure> {
        // The envelope makes the record count, so it comes last
        self.records.write(&format!("{index}{HEAD}"), head)?;
        self.records
            .write(&format!("{index}{ENVELOPE}"), envelope)?;
        Ok(())
    }

    fn get(&self, index: u32) -> Result<Option<(Vec<u8>, Vec<u8>)>, Failure> {
        let envelope = self.records.read(&format!("{index}{ENVELOPE}"))?;
        let head = self.records.read(&format!("{index}{HEAD}"))?;
        Ok(envelope.zip(head))
    }

    fn next_key_set(&self) -> Result<u32, Failure> {
        let Some(json) = self.home.read(KEY_SETS)? else {
            return Ok(0);
        };
        let sets: KeySets = serde_json::from_slice(&json)
            .map_err(|error| self.malformed(KEY_SETS, &error.to_string()))?;
        if sets.brand == BRAND && sets.version == VERSION {
            Ok(sets.next)
        } else {
            Err(self.malformed(KEY_SETS, "another brand or version"))
        }
    }

    fn set_next_key_set(&self, next: u32) -> Result<(), Failure> {
        let sets = KeySets {
            brand: BRAND.to_owned(),
            version: VERSION,
            next,
        };
        // A string and two numbers always serialise
        let json = serde_json::to_vec(&sets).unwrap_or_default();
        Ok(self.home.write(KEY_SETS, &json)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_key_sets_stay() {
        let folder = tempfile::tempdir().unwrap();
        let home = RoleHome::open(folder.path(), "patient").unwrap();
        let shelf = FileShelf::open(&home).unwrap();
        assert_eq!(
            (shelf.indices().unwrap(), shelf.next_key_set().unwrap()),
            (vec![], 0)
        );
        for index in [10, 2] {
            shelf.put(index, b"envelope", b"head").unwrap();
        }
        shelf.set_next_key_set(11).unwrap();
        let again = FileShelf::open(&home).unwrap();
        assert_eq!(
            (again.indices().unwrap(), again.next_key_set().unwrap()),
            (vec![2, 10], 11)
        );
        assert_eq!(
            again.get(2).unwrap(),
            Some((b"envelope".to_vec(), b"head".to_vec()))
        );
        assert_eq!(again.get(3).unwrap(), None);
        home.write(KEY_SETS, b"{}").unwrap();
        assert_eq!(
            again.next_key_set().unwrap_err().code(),
            FailureCode::Malformed
        );
    }
}
