//! `new`, `restore` and `request`: the seed and what is handed to the hospital.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::json;
use zeroize::Zeroizing;

use super::{records, watch, New, Request, Restore, Session, SEED_FILE};
use crate::adapters::keystore::{RoleHome, SecretKind};
use crate::adapters::shelf::FileShelf;
use crate::app::patient::make_request;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::seed::Seed;

pub(super) fn new(session: &Session, options: &New) -> Result<(), Failure> {
    refuse_second(session.context.home())?;
    let seed = Seed::random();
    // The words come first: a seed that was stored without anyone having seen its words could be lost
    let words = seed.words();
    if let Some(path) = &options.words_file {
        write_private(path, words.as_bytes())?;
    }
    store(session, &seed)?;
    if let Some(path) = &options.words_file {
        let path = path.display().to_string();
        session.output.result(
            &json!({ "wordsFile": path }),
            &format!("the words are in {path}"),
        );
    } else {
        let text = format!(
            "{}\n\nWrite these 24 words down: they alone restore records, enrolments and payments.",
            *words
        );
        session
            .output
            .result(&json!({ "words": words.as_str() }), &text);
    }
    Ok(())
}

pub(super) async fn restore(session: &Session, options: &Restore) -> Result<(), Failure> {
    refuse_second(session.context.home())?;
    let words = read_words(session, options.words_file.as_deref())?;
    let seed = Seed::from_words(&words)
        .map_err(|error| Failure::new(FailureCode::InvalidWords, error.to_string()))?;
    // Both before the seed is stored, so that a command that fails here can simply be given again
    let patient = session.connect(seed).await?;
    let report = session.progress();
    let found = patient.find_records(&report).await?;
    let enrolments = patient.enrolments(&report).await?;
    store(session, &patient.seed)?;
    let (records_json, records_text) = records::show_found(&found);
    let (enrolments_json, enrolments_text) = watch::show(&enrolments);
    let text = format!("{records_text}\n{enrolments_text}");
    let value = json!({ "records": records_json, "enrolments": enrolments_json });
    session.output.result(&value, &text);
    Ok(())
}

pub(super) fn request(session: &Session, options: &Request) -> Result<(), Failure> {
    let seed = session.seed()?;
    let shelf = FileShelf::open(session.context.home())?;
    let request = make_request(&seed, &shelf, options.sets)?;
    write_private(&options.out, &request.encode())?;
    let indices: Vec<_> = request.key_sets.iter().map(|set| set.index).collect();
    let path = options.out.display().to_string();
    let text = format!(
        "{path}: a request with {} key sets. It is for one hospital alone: with it, records can be told to be the same patient's.",
        indices.len()
    );
    let value = json!({
        "file": path,
        "identityCommitment": request.identity_commitment,
        "keySets": indices,
    });
    session.output.result(&value, &text);
    Ok(())
}

fn store(session: &Session, seed: &Seed) -> Result<(), Failure> {
    session
        .context
        .keep_secret(SEED_FILE, SecretKind::Seed, seed.to_bytes())
}

fn refuse_second(home: &RoleHome) -> Result<(), Failure> {
    if home.read(SEED_FILE)?.is_none() {
        return Ok(());
    }
    let words = format!("there is a patient in {} already", home.path().display());
    Err(Failure::new(FailureCode::AlreadyExists, words)
        .with_hint("Choose another folder with --home or MEDSHARE_HOME."))
}

fn read_words(session: &Session, file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    let unreadable =
        |reason: String| Failure::new(FailureCode::InvalidWords, format!("the words: {reason}"));
    if let Some(path) = file {
        let text = std::fs::read_to_string(path)
            .map_err(|error| unreadable(format!("{}: {error}", path.display())))?;
        return Ok(Zeroizing::new(text));
    }
    session.output.progress("The 24 words, then Ctrl-D:");
    let mut text = Zeroizing::new(String::new());
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| unreadable(error.to_string()))?;
    Ok(text)
}

/// Writes a new file of mode 0600.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error: std::io::Error| {
        let code = match error.kind() {
            std::io::ErrorKind::AlreadyExists => FailureCode::AlreadyExists,
            _ => FailureCode::Io,
        };
        Failure::new(code, format!("{}: {error}", path.display()))
    })
}
