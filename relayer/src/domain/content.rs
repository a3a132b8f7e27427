//! The content of a record: a tar of opening, facts, value sets, bundle and attachments, in this order (PROTOCOL section 10).
//!
//! The small parts come first, so that whoever needs only those reads the first segments and no more. Attachments of any size
//! pass through in constant memory.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::sync::Arc;

use prover::facts::{encode, EncodeOptions, Encoded, ValueSets};

use super::failure::{Failure, FailureCode};

const OPENING: &str = "opening.json";
const FACTS: &str = "facts.json";
const VALUE_SETS: &str = "value-sets.json";
const BUNDLE: &str = "bundle.json";
const ATTACHMENTS: &str = "attachments/";

/// Most bytes of an opening.
const MOST_OPENING: u64 = 64 << 10;
/// Most bytes of facts, value sets and of a bundle, which are read into memory.
pub const MOST_IN_MEMORY: u64 = 256 << 20;
/// Longest name of an attachment.
const LONGEST_NAME: usize = 80;

/// Why content is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// Reading, opening or writing failed: among the causes, an altered segment.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Another part was expected at this place.
    #[error("the record's content has {found:?} where {expected:?} belongs")]
    Order {
        /// What stood there.
        found: String,
        /// What belongs there.
        expected: String,
    },
    /// The content ends before this part.
    #[error("the record's content has no {0}")]
    Missing(&'static str),
    /// A part is too large to be read into memory.
    #[error("{name} has {size} bytes, at most {most} are possible")]
    TooLarge {
        /// The part.
        name: String,
        /// Its size.
        size: u64,
        /// Most bytes that it may have.
        most: u64,
    },
    /// An attachment's name could do harm on someone's disk, or stands there twice.
    #[error(
        "{0:?} can't name an attachment: letters, digits, space and ._-() only, and each name once"
    )]
    Name(String),
}

/// Something of any size that goes with a record.
pub struct Attachment<R> {
    /// Its name: letters, digits, space, `._-()`, not starting with a dot.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its bytes.
    pub content: R,
}

/// The parts that are read into memory.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordContent {
    /// The opening's JSON.
    pub opening: Vec<u8>,
    /// The facts' JSON, for people and other programs; whoever checks a record makes them anew from the bundle.
    pub facts: Vec<u8>,
    /// The value sets that the record is rolled up for, as [`prover::facts::ValueSets::to_list`] writes them.
    pub value_sets: Vec<u8>,
    /// The FHIR bundle, as the hospital was given it.
    pub bundle: Vec<u8>,
}

impl RecordContent {
    /// The facts, made anew from the bundle and the value sets.
    ///
    /// # Errors
    /// `invalid-bundle` if either can't be read.
    pub fn encode(&self) -> Result<Encoded, Failure> {
        let invalid = |reason: String| Failure::new(FailureCode::InvalidBundle, reason);
        let sets = ValueSets::from_list(&self.value_sets).map_err(|errors| {
            let words: Vec<_> = errors.iter().map(ToString::to_string).collect();
            invalid(words.join("; "))
        })?;
        let options = EncodeOptions {
            value_sets: Arc::new(sets),
            ..EncodeOptions::default()
        };
        encode(&self.bundle, &options).map_err(|error| invalid(error.to_string()))
    }
}

/// Checks an attachment's name.
///
/// # Errors
/// [`ContentError::Name`].
pub fn check_name(name: &str) -> Result<(), ContentError> {
    let allowed = |c: char| c.is_alphanumeric() || " ._-()".contains(c);
    let good = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.starts_with('.')
        && name.chars().all(allowed);
    if good {
        Ok(())
    } else {
        Err(ContentError::Name(name.to_owned()))
    }
}

/// Writes the content.
///
/// # Errors
/// [`ContentError::Io`], [`ContentError::Name`].
pub fn write_content<W: Write, R: Read>(
    sink: W,
    content: &RecordContent,
    attachments: Vec<Attachment<R>>,
) -> Result<W, ContentError> {
    let mut tar = tar::Builder::new(sink);
    append(
        &mut tar,
        OPENING,
        content.opening.len() as u64,
        content.opening.as_slice(),
    )?;
    append(
        &mut tar,
        FACTS,
        content.facts.len() as u64,
        content.facts.as_slice(),
    )?;
    append(
        &mut tar,
        VALUE_SETS,
        content.value_sets.len() as u64,
        content.value_sets.as_slice(),
    )?;
    append(
        &mut tar,
        BUNDLE,
        content.bundle.len() as u64,
        content.bundle.as_slice(),
    )?;
    let mut names = BTreeSet::new();
    for attachment in attachments {
        check_name(&attachment.name)?;
        if !names.insert(attachment.name.clone()) {
            return Err(ContentError::Name(attachment.name));
        }
        let path = format!("{ATTACHMENTS}{}", attachment.name);
        append(&mut tar, &path, attachment.size, attachment.content)?;
    }
    Ok(tar.into_inner()?)
}

/// Adds a part without owner, time and mode, which would tell about the hospital's machine.
fn append<W: Write, R: Read>(
    tar: &mut tar::Builder<W>,
    path: &str,
    size: u64,
    content: R,
) -> Result<(), ContentError> {
    let mut header = tar::Header::new_ustar();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(0);
    // A source that is shorter or longer than it said would shift everything after it
    let mut exact = Exact {
        rest: size,
        content,
    };
    tar.append_data(&mut header, path, &mut exact)?;
    if exact.rest == 0 && exact.is_at_end()? {
        return Ok(());
    }
    let words = format!("{path} did not have the {size} bytes that it should have");
    Err(io::Error::new(io::ErrorKind::InvalidInput, words).into())
}

/// Gives as many bytes as were announced, and knows whether that was all.
struct Exact<R> {
    rest: u64,
    content: R,
}

impl<R: Read> Exact<R> {
    fn is_at_end(&mut self) -> io::Result<bool> {
        Ok(self.content.read(&mut [0])? == 0)
    }
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.rest)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.content.read(&mut buffer[..most])?;
        self.rest -= read as u64;
        Ok(read)
    }
}

/// Reads opening, facts, value sets and bundle, and hands each attachment (name, size, bytes) to `take`.
///
/// # Errors
/// [`ContentError`], or what `take` returns.
pub fn read_content<R: Read>(
    source: R,
    mut take: impl FnMut(&str, u64, &mut dyn Read) -> io::Result<()>,
) -> Result<RecordContent, ContentError> {
    let mut archive = tar::Archive::new(source);
    let mut entries = archive.entries()?;
    let content = read_head(&mut entries)?;
    let mut names = BTreeSet::new();
    for entry in entries {
        let mut entry = entry?;
        let path = path_of(&entry)?;
        let name = path
            .strip_prefix(ATTACHMENTS)
            .ok_or_else(|| ContentError::Order {
                found: path.clone(),
                expected: ATTACHMENTS.to_owned(),
            })?;
        check_name(name)?;
        if !names.insert(name.to_owned()) {
            return Err(ContentError::Name(name.to_owned()));
        }
        let size = entry.size();
        take(name, size, &mut entry)?;
        // What `take` left must be read, to be authenticated
        io::copy(&mut entry, &mut io::sink())?;
    }
    Ok(content)
}

/// Reads opening, facts, value sets and bundle only, and no byte beyond them but what was read ahead.
///
/// # Errors
/// [`ContentError`].
pub fn read_record<R: Read>(source: R) -> Result<RecordContent, ContentError> {
    let mut archive = tar::Archive::new(source);
    let mut entries = archive.entries()?;
    read_head(&mut entries)
}

fn read_head<R: Read>(entries: &mut tar::Entries<'_, R>) -> Result<RecordContent, ContentError> {
    Ok(RecordContent {
        opening: read_part(entries, OPENING, MOST_OPENING)?,
        facts: read_part(entries, FACTS, MOST_IN_MEMORY)?,
        value_sets: read_part(entries, VALUE_SETS, MOST_IN_MEMORY)?,
        bundle: read_part(entries, BUNDLE, MOST_IN_MEMORY)?,
    })
}

fn read_part<R: Read>(
    entries: &mut tar::Entries<'_, R>,
    expected: &'static str,
    most: u64,
) -> Result<Vec<u8>, ContentError> {
    let mut entry = entries.next().ok_or(ContentError::Missing(expected))??;
    let found = path_of(&entry)?;
    if found != expected {
        return Err(ContentError::Order {
            found,
            expected: expected.to_owned(),
        });
    }
    let size = entry.size();
    if size > most {
        return Err(ContentError::TooLarge {
            name: found,
            size,
            most,
        });
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn path_of<R: Read>(entry: &tar::Entry<'_, R>) -> Result<String, ContentError> {
    if entry.header().entry_type() != tar::EntryType::Regular {
        let found = format!("an entry of type {:?}", entry.header().entry_type());
        return Err(ContentError::Order {
            found,
            expected: "a file".to_owned(),
        });
    }
    Ok(entry.path()?.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
