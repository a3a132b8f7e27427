//! A network with everybody in it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use relayer::adapters::engines;
use relayer::app::network::engine::program as program_of;
use relayer::domain::ledger::Engine;
use relayer::sandbox::{Actor, CommandError, On, Setting, Stage, StageSettings};
use serde_json::Value;

use crate::interposer::{Interposer, Meddling};

/// Seconds and blocks of a delivery and of a challenge window, where the clock can be moved and where time must be waited for.
const WINDOWS: [(u64, u64); 2] = [(600, 5), (60, 5)];
/// Names what runs the chain: `anvil`, `besu`, `goquorum`, or the folder of a network.
const NETWORK: &str = "MEDSHARE_TEST_NETWORK";

/// A patient: an actor, and the request file made for the hospital.
#[derive(Debug)]
pub struct Patient {
    /// Who runs the commands.
    pub actor: Actor,
    /// The request file.
    pub request: String,
    /// The file with the 24 words.
    pub words: String,
}

/// What a network is set up with; by default everything is on the local disk.
#[derive(Debug, Default)]
pub struct Options {
    /// Where proxies store, as a URL in which `{}` stands for the proxy's number.
    pub storage: Option<String>,
    /// Variables that all commands have in their environment.
    pub environment: Vec<(String, String)>,
    /// What runs the chain, if it is not what the environment names.
    pub on: Option<On>,
    /// Bounds of the consortium that differ from the defaults, such as `rootLifetime=86400`.
    pub bounds: Vec<String>,
}

/// A stage, and a folder that ends with it.
#[derive(Debug)]
pub struct World {
    /// The network.
    pub stage: Stage,
    studies: AtomicU32,
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl World {
    /// Sets up a network.
    ///
    /// # Errors
    /// A step of it fails.
    pub async fn new() -> Result<Self> {
        Self::with(Options::default()).await
    }

    /// Sets up a network that differs from the usual one.
    ///
    /// # Errors
    /// A step of it fails.
    pub async fn with(options: Options) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .canonicalize()?;
        std::env::set_current_dir(&root)?;
        let folder = tempfile::tempdir()?;
        let settings = StageSettings {
            program: program()?,
            folder: folder.path().to_owned(),
            on: options.on.unwrap_or_else(on),
            circuits: root.join("target/circuits"),
            bounds: options.bounds,
            storage: options.storage,
            environment: options.environment,
        };
        let stage = Stage::set_up(settings, |_, _| {}).await?;
        Ok(Self {
            stage,
            studies: AtomicU32::new(0),
            root,
            _folder: folder,
        })
    }

    /// A patient more, with a request for the hospital.
    ///
    /// # Errors
    /// A command fails.
    pub fn patient(&self, name: &str) -> Result<Patient> {
        let actor = self.stage.actor(name);
        let file = |kind: &str| {
            self.stage
                .folder()
                .join(format!("{name}.{kind}"))
                .display()
                .to_string()
        };
        let (words, request) = (file("words"), file("request"));
        actor.run(&["patient", "new", "--words-file", &words])?;
        actor.run(&["patient", "request", "--out", &request])?;
        Ok(Patient {
            actor,
            request,
            words,
        })
    }

    /// Has a bundle of the repository certified for a patient, who imports it; gives the hospital's entry.
    ///
    /// # Errors
    /// A command fails.
    pub fn certify(&self, patient: &Patient, bundle: &str, more: &[&str]) -> Result<Value> {
        let bundle = self.data("bundles", bundle);
        let person = patient.actor.name().to_owned();
        let mut args = vec![
            "hospital",
            "certify",
            &bundle,
            "--request",
            &patient.request,
            "--person",
            &person,
        ];
        args.extend(more);
        if !more.contains(&"--duo") && !more.contains(&"--consent") {
            args.extend(["--duo", "GRU"]);
        }
        let certified = self.stage.hospital.run(&args)?;
        patient.actor.run(&["patient", "import"])?;
        Ok(certified["records"][0].clone())
    }

    /// Opens a study on the sample criteria for type 2 diabetes unless it is given others, 2 of 3; gives its id.
    ///
    /// # Errors
    /// A command fails.
    pub fn study(&self, more: &[&str]) -> Result<String> {
        let (seconds, blocks) = self.window();
        self.study_with_windows(&format!("{seconds}:{blocks}"), more)
    }

    /// The same with windows of `seconds:blocks`.
    ///
    /// # Errors
    /// A command fails.
    pub fn study_with_windows(&self, window: &str, more: &[&str]) -> Result<String> {
        let agreement = self.stage.folder().join("agreement.md");
        // Opening a study on the very terms of another, in the same second, gives that other one
        let number = self.studies.fetch_add(1, Ordering::Relaxed);
        std::fs::write(&agreement, format!("The agreement of study {number}.\n"))?;
        let agreement = agreement.display().to_string();
        let criteria = self.data("criteria", "type-2-diabetes");
        let mut args = vec![
            "institution",
            "study",
            "open",
            "--agreement",
            &agreement,
            "--price",
            "1000",
            "--fee",
            "10",
            "--quota",
            "5",
            "--threshold",
            "2",
            "--delivery-window",
            window,
            "--challenge-window",
            window,
        ];
        if !more.contains(&"--criteria") {
            args.extend(["--criteria", &criteria]);
        }
        if !more.contains(&"--purposes") {
            args.extend(["--purposes", "biomedical"]);
        }
        args.extend(more);
        let opened = self.stage.institution.run(&args)?;
        Ok(opened["studyId"].as_str().context("a study id")?.to_owned())
    }

    /// Puts somebody between a proxy, by its place on the stage, and everybody else.
    ///
    /// # Errors
    /// No port is free, or the proxy can't tell the network its new address.
    pub async fn interpose(&self, proxy: usize, meddling: Meddling) -> Result<Interposer> {
        let proxy = &self.stage.proxies[proxy];
        let interposer = Interposer::start(&proxy.url, meddling).await?;
        let register = ["proxy", "register", "--url", &interposer.url];
        proxy.actor.run(&register)?;
        Ok(interposer)
    }

    /// Puts somebody who meddles alike in front of every proxy.
    ///
    /// # Errors
    /// As [`World::interpose`].
    pub async fn interpose_all(&self, meddling: &Meddling) -> Result<Vec<Interposer>> {
        let mut all = Vec::new();
        for proxy in 0..self.stage.proxies.len() {
            all.push(self.interpose(proxy, meddling.clone()).await?);
        }
        Ok(all)
    }

    /// Posts JSON to a proxy as anybody can, and gives the cause that it names; "accepted" if it does not refuse.
    ///
    /// # Errors
    /// It does not answer in JSON.
    pub async fn post(&self, proxy: usize, target: &str, body: &Value) -> Result<String> {
        let url = format!("{}{target}", self.stage.proxies[proxy].url);
        let answer = reqwest::Client::new().post(url).json(body).send().await?;
        let accepted = answer.status().is_success();
        let told: Value = answer.json().await?;
        let code = told["code"].as_str().unwrap_or_default().to_owned();
        Ok(if accepted { "accepted".into() } else { code })
    }

    /// Lets a delivery or challenge window pass.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn pass_window(&self) -> Result<()> {
        let window = self.window();
        Ok(self.stage.chain.pass(window.0 + 1, window.1 + 1).await?)
    }

    /// Lets two thirds of a window pass: proxies attest by themselves once half of it has.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn pass_most_of_a_window(&self) -> Result<()> {
        Ok(self.stage.chain.pass(self.window().0 * 2 / 3, 3).await?)
    }

    fn window(&self) -> (u64, u64) {
        WINDOWS[usize::from(!self.stage.chain.has_movable_clock())]
    }

    /// Whether the clock can be moved by hours. Where it can't, this says that the test is skipped.
    pub fn can_wait_hours(&self) -> bool {
        let can = self.stage.chain.has_movable_clock();
        if !can {
            say_skipped("hours must pass, and this chain's clock can't be moved");
        }
        can
    }

    /// Where a patient's first enrolment stands.
    ///
    /// # Errors
    /// The command fails.
    pub fn standing(&self, patient: &Patient) -> Result<Value> {
        Ok(patient.actor.run(&["patient", "status"])?[0].clone())
    }

    /// What the payout account of an enrolment has and is owed: anyone may have pushed the credit already.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn paid(&self, standing: &Value) -> Result<u128> {
        let text = |name: &str| standing[name].as_str().unwrap_or_default().to_owned();
        let balance = self.stage.chain.balance(&text("payout")).await?;
        Ok(balance + text("credit").parse::<u128>().unwrap_or_default())
    }

    /// Waits until the first enrolment of a patient is in a state, for the proxies act by themselves.
    ///
    /// # Errors
    /// It is not within half a minute.
    pub async fn wait_for(&self, patient: &Patient, state: &str) -> Result<Value> {
        let mut standing = Value::Null;
        for _ in 0..60 {
            standing = self.standing(patient)?;
            if standing["state"] == state {
                return Ok(standing);
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        anyhow::bail!("the enrolment is not {state} but {standing}")
    }

    /// The path of a sample of the repository: of `bundles`, or of `criteria`.
    pub fn data(&self, kind: &str, name: &str) -> String {
        self.root
            .join(format!("tests/data/{kind}/{name}.json"))
            .display()
            .to_string()
    }
}

/// Says something aloud. Not by `eprintln!`, whose words the test runner keeps to itself when a test passes.
pub fn say(words: &str) {
    drop(writeln!(std::io::stderr(), "{words}"));
}

fn say_skipped(why: &str) {
    say(&format!("skipped: {why}"));
}

/// The engine of a test that needs a network of validators: the one that the environment names, else one that is installed. Where there
/// is none, this says that the test is skipped.
pub fn engine() -> Option<On> {
    let named = on();
    if named != On::Anvil {
        return Some(named);
    }
    let installed = [Engine::GoQuorum, Engine::Besu]
        .into_iter()
        .find(|engine| engines::find(&program_of(*engine), None).is_ok());
    if installed.is_none() {
        say_skipped("neither GoQuorum's `geth` nor `besu` is on PATH or named in MEDSHARE_GOQUORUM or MEDSHARE_BESU");
    }
    installed.map(|engine| On::Fresh(Setting::usual(engine)))
}

/// What the tests' chains are run by.
fn on() -> On {
    std::env::var_os(NETWORK).map_or(On::Anvil, |named| On::of(Path::new(&named)))
}

/// The cause that a failed command named.
pub fn code_of<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    let failed = match result {
        Ok(value) => return format!("no failure but {value:?}"),
        Err(failed) => failed,
    };
    let code = failed
        .failure()
        .and_then(|told| told["code"].as_str().map(str::to_owned));
    code.unwrap_or_else(|| failed.to_string())
}

/// The `relayer` program beside the running test: `target/debug/deps/x` lies in the folder below it.
///
/// # Errors
/// It was not built.
pub fn program() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let program = test
        .ancestors()
        .nth(2)
        .context("a target folder")?
        .join("relayer");
    anyhow::ensure!(
        program.is_file(),
        "{} is missing: cargo build --workspace --bins",
        program.display()
    );
    Ok(program)
}
