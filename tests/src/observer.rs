//! What somebody who reads everything would look for: codes, dates, names and identifiers of a record, in any usual form.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use base64::{
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
    Engine as _,
};
use relayer::sandbox::Chain;
use serde_json::{json, Value};
use sha2::Digest as _;

/// Members of a resource whose texts tell something of the patient.
const TELLING: [&str; 8] = [
    "code",
    "display",
    "text",
    "family",
    "given",
    "birthDate",
    "id",
    "value",
];
/// Shorter texts occur by chance.
const LEAST_LENGTH: usize = 6;

/// The texts of a bundle that tell something of the patient.
pub fn telling_words(bundle: &Value) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    collect(bundle, &mut words);
    words
}

fn collect(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() >= LEAST_LENGTH => {
            into.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(members) => {
            for (name, member) in members {
                let tells = TELLING.contains(&name.as_str()) || name.ends_with("DateTime");
                if tells || !member.is_string() {
                    collect(member, into);
                }
            }
        }
        _ => {}
    }
}

/// The first of the words that stands in what was seen: plain, in hex or base64, or hashed without salt.
pub fn first_seen<'a>(words: &'a BTreeSet<String>, seen: &[u8]) -> Option<&'a str> {
    let found = |word: &&String| forms(word).iter().any(|form| contains(seen, form));
    words.iter().find(found).map(String::as_str)
}

fn forms(word: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![word.as_bytes().to_vec()];
    forms.push(sha2::Sha256::digest(word).to_vec());
    forms.push(sha3::Keccak256::digest(word).to_vec());
    for bytes in forms.clone() {
        forms.push(hex::encode(&bytes).into_bytes());
        forms.push(STANDARD_NO_PAD.encode(&bytes).into_bytes());
        forms.push(URL_SAFE_NO_PAD.encode(&bytes).into_bytes());
    }
    forms
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// Every byte of the files in a folder and below.
///
/// # Errors
/// A file can't be read.
pub fn read_folder(folder: &Path, into: &mut Vec<u8>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(&path, into)?;
        } else {
            into.extend(std::fs::read(&path)?);
        }
    }
    Ok(())
}

/// A transaction, as a reader of the chain has it: its calldata and what its receipt's logs hold.
#[derive(Debug)]
pub struct Transaction {
    /// Its hash, as the chain writes it.
    pub hash: String,
    /// Calldata, and topics and data of its logs.
    pub bytes: Vec<u8>,
}

impl Transaction {
    /// Whether some bytes stand in it.
    pub fn contains(&self, bytes: &[u8]) -> bool {
        contains(&self.bytes, bytes)
    }

    /// The 32-byte words in which contracts pass values: of the calldata after its selector, of topics and of data. Small
    /// numbers, which recur everywhere, are left out.
    pub fn words(&self) -> BTreeSet<&[u8]> {
        let words = self.bytes.chunks_exact(32);
        words
            .filter(|word| word[..24].iter().any(|byte| *byte != 0))
            .collect()
    }
}

/// All transactions of a chain, in their order.
///
/// # Errors
/// The chain does not answer.
pub async fn transactions(chain: &Chain) -> Result<Vec<Transaction>> {
    let head = chain.call("eth_blockNumber", json!([])).await?;
    let head = u64::from_str_radix(text(&head).trim_start_matches("0x"), 16)?;
    let mut all = Vec::new();
    for number in 0..=head {
        let block = json!([format!("{number:#x}"), true]);
        let block = chain.call("eth_getBlockByNumber", block).await?;
        for transaction in block["transactions"].as_array().into_iter().flatten() {
            all.push(read(chain, transaction).await?);
        }
    }
    Ok(all)
}

async fn read(chain: &Chain, transaction: &Value) -> Result<Transaction> {
    let hash = text(&transaction["hash"]).to_owned();
    let mut bytes = arguments(unhex(&transaction["input"])?);
    let receipt = chain
        .call("eth_getTransactionReceipt", json!([hash]))
        .await?;
    for log in receipt["logs"].as_array().into_iter().flatten() {
        for topic in log["topics"].as_array().into_iter().flatten() {
            bytes.extend(unhex(topic)?);
        }
        bytes.extend(unhex(&log["data"])?);
    }
    Ok(Transaction { hash, bytes })
}

/// What follows the selector, filled up to whole words.
fn arguments(mut calldata: Vec<u8>) -> Vec<u8> {
    let mut words = calldata.split_off(calldata.len().min(4));
    words.resize(words.len().next_multiple_of(32), 0);
    words
}

fn unhex(value: &Value) -> Result<Vec<u8>> {
    Ok(hex::decode(text(value).trim_start_matches("0x"))?)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
