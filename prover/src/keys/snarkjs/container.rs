//! iden3's container of numbered sections, which `.zkey`, `.ptau` and `.wtns` files are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::keys::error::{count, Fault, KeyFileError};

/// Files have 4 to 11 sections.
const MOST_SECTIONS: u32 = 32;
/// Most bytes that are read into memory at once.
const MOST_BYTES: u64 = 1 << 30;
/// Part that the list of sections is called in messages.
const FRAME: &str = "file header";

/// An open file and where its sections are.
pub(crate) struct Container {
    path: PathBuf,
    file: BufReader<File>,
    sections: BTreeMap<u32, (u64, u64)>,
}

impl Container {
    /// Opens a file with these first bytes, and finds its sections.
    ///
    /// # Errors
    /// [`KeyFileError`] for a file of another kind or version, sections that leave the file, stand there twice or leave a rest.
    pub(crate) fn open(
        path: &Path,
        brand: [u8; 4],
        kind: &'static str,
        versions: std::ops::RangeInclusive<u32>,
    ) -> Result<Self, KeyFileError> {
        let at = |fault: Fault| fault.at(path, FRAME);
        let file = File::open(path).map_err(|error| at(error.into()))?;
        let size = file.metadata().map_err(|error| at(error.into()))?.len();
        let mut container = Self {
            path: path.to_owned(),
            file: BufReader::new(file),
            sections: BTreeMap::new(),
        };
        container.index(size, brand, kind, versions).map_err(at)?;
        Ok(container)
    }

    fn index(
        &mut self,
        size: u64,
        brand: [u8; 4],
        kind: &'static str,
        versions: std::ops::RangeInclusive<u32>,
    ) -> Result<(), Fault> {
        let mut left = size;
        let file = &mut self.file;
        if take::<4>(file, &mut left)? != brand {
            return Err(Fault::Kind(kind));
        }
        let version = number(file, &mut left)?;
        if !versions.contains(&version) {
            return Err(Fault::Version(version));
        }
        let sections = number(file, &mut left)?;
        if sections > MOST_SECTIONS {
            return Err(Fault::TooLarge {
                what: "sections",
                found: sections.into(),
                most: MOST_SECTIONS.into(),
            });
        }
        for _ in 0..sections {
            let id = number(file, &mut left)?;
            let length = u64::from_le_bytes(take::<8>(file, &mut left)?);
            if length > left {
                return Err(Fault::Truncated {
                    needed: length,
                    left,
                });
            }
            let start = size - left;
            left -= length;
            file.seek(SeekFrom::Start(size - left))?;
            if self.sections.insert(id, (start, length)).is_some() {
                return Err(Fault::Repeated);
            }
        }
        match left {
            0 => Ok(()),
            rest => Err(Fault::Surplus(rest)),
        }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is such a section.
    pub(crate) fn has(&self, id: u32) -> bool {
        self.sections.contains_key(&id)
    }

    /// Goes to the beginning of a section; `name` is for messages.
    ///
    /// # Errors
    /// [`Fault::Missing`].
    pub(crate) fn section(
        &mut self,
        id: u32,
        name: &'static str,
    ) -> Result<Section<'_>, KeyFileError> {
        let (start, length) = self.sections.get(&id).copied().unwrap_or_default();
        let found = if self.has(id) {
            self.file.seek(SeekFrom::Start(start)).map_err(Fault::from)
        } else {
            Err(Fault::Missing)
        };
        found.map_err(|fault| fault.at(&self.path, name))?;
        Ok(Section {
            path: &self.path,
            file: &mut self.file,
            name,
            left: length,
        })
    }
}

/// A section, read from its beginning to its end.
pub(crate) struct Section<'a> {
    path: &'a Path,
    file: &'a mut BufReader<File>,
    name: &'static str,
    left: u64,
}

impl Section<'_> {
    /// Bytes that were not read yet.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Names this section's place for a fault.
    pub(crate) fn at(&self, fault: Fault) -> KeyFileError {
        fault.at(self.path, self.name)
    }

    /// The next four bytes, a number.
    pub(crate) fn number(&mut self) -> Result<u32, KeyFileError> {
        number(self.file, &mut self.left).map_err(|fault| fault.at(self.path, self.name))
    }

    /// The next bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], KeyFileError> {
        take(self.file, &mut self.left).map_err(|fault| fault.at(self.path, self.name))
    }

    /// The next `length` bytes. The caller has compared it with what the circuit needs.
    pub(crate) fn bytes(&mut self, length: u64) -> Result<Vec<u8>, KeyFileError> {
        let mut read = || {
            if length > self.left {
                return Err(Fault::Truncated {
                    needed: length,
                    left: self.left,
                });
            }
            let fits = usize::try_from(length)
                .ok()
                .filter(|_| length <= MOST_BYTES);
            let mut bytes = vec![
                0;
                fits.ok_or(Fault::TooLarge {
                    what: "bytes",
                    found: length,
                    most: MOST_BYTES,
                })?
            ];
            self.file.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|fault: Fault| fault.at(self.path, self.name))?;
        self.left -= length;
        Ok(bytes)
    }

    /// Leaves bytes out.
    pub(crate) fn skip(&mut self, length: u64) -> Result<(), KeyFileError> {
        let skipped = match i64::try_from(length) {
            Ok(step) if length <= self.left => self.file.seek_relative(step).map_err(Fault::from),
            _ => Err(Fault::Truncated {
                needed: length,
                left: self.left,
            }),
        };
        skipped.map_err(|fault| self.at(fault))?;
        self.left -= length;
        Ok(())
    }

    /// Makes sure that nothing is left.
    pub(crate) fn end(&self) -> Result<(), KeyFileError> {
        match self.left {
            0 => Ok(()),
            rest => Err(self.at(Fault::Surplus(rest))),
        }
    }
}

fn take<const N: usize>(file: &mut impl Read, left: &mut u64) -> Result<[u8; N], Fault> {
    let needed = count(N);
    if needed > *left {
        return Err(Fault::Truncated {
            needed,
            left: *left,
        });
    }
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    *left -= needed;
    Ok(bytes)
}

fn number(file: &mut impl Read, left: &mut u64) -> Result<u32, Fault> {
    take::<4>(file, left).map(u32::from_le_bytes)
}
