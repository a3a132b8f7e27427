//! `relayer bench network`: a new network for each setting, loads, and what came of them.

mod delivery;
mod load;
mod report;
mod scene;

use std::path::PathBuf;

use clap::Args;
use prover::circuit::artefacts::DEFAULT_FOLDER;
use serde_json::{json, Value};

use crate::adapters::engines;
use crate::app::network::engine::program;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ledger::Engine;
use crate::sandbox::chain::{FreshNetwork, Setting};
use delivery::Delivered;
use load::{Load, Outcome, Stream, BATCH, LONGER};
use report::Measured;
use scene::Scene;

/// Millions.
const MILLION: u64 = 1_000_000;
/// What is spread evenly over accounts and batches.
const PORTION: u32 = load::SENDERS * BATCH;

/// Arguments of `bench network`.
#[derive(Debug, Args)]
pub struct NetworkBench {
    /// besu or goquorum.
    #[arg(long)]
    engine: Engine,
    /// Numbers of validators.
    #[arg(long, value_delimiter = ',', default_value = "4")]
    validators: Vec<usize>,
    /// Block periods in seconds.
    #[arg(long, value_delimiter = ',', default_value = "1")]
    block_periods: Vec<u64>,
    /// Gas limits of a block, in millions.
    #[arg(long, value_delimiter = ',', default_value = "15,30,60")]
    gas_limits: Vec<u64>,
    /// verification, enrolment, enrolment-batch, settlement, settlement-batch; a settlement needs the enrolments before it.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "verification,enrolment,enrolment-batch,settlement,settlement-batch"
    )]
    loads: Vec<Load>,
    /// Verifications, enrolments or settlements of a load, rounded up to a multiple of 64; in batches four times as many.
    #[arg(long, default_value_t = 1_024)]
    operations: u32,
    /// Records delivered one after the other, for each number of validators and block period, at 30 million gas.
    #[arg(long, default_value_t = 20)]
    deliveries: usize,
    /// Folder of the compiled circuits and their keys.
    #[arg(long, env = "MEDSHARE_CIRCUITS", default_value = DEFAULT_FOLDER)]
    circuits: PathBuf,
    /// New file for the results, as JSON, kept up to date with each setting.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Everything that was measured.
#[derive(Debug, Default)]
struct Results {
    loads: Vec<Measured>,
    deliveries: Vec<Delivered>,
}

impl NetworkBench {
    pub(super) async fn run(self, output: &Output) -> Result<(), Failure> {
        let found = engines::find(&program(self.engine), None)?;
        let version = engines::version(&program(self.engine), &found);
        let mut all = Results::default();
        for setting in self.settings() {
            output.progress(&format!(
                "{} validators, a block every {} s, {} million gas",
                setting.validators,
                setting.block_period_s,
                setting.gas_limit / MILLION
            ));
            all.loads.extend(self.measure(setting, output).await);
            self.keep(&all, &version)?;
        }
        for setting in self.settings_of_deliveries() {
            output.progress(&format!(
                "{} deliveries: {} validators, a block every {} s",
                self.deliveries, setting.validators, setting.block_period_s
            ));
            let delivered = delivery::measure(setting, self.deliveries, &self.circuits).await;
            all.deliveries.push(delivered);
            self.keep(&all, &version)?;
        }
        let tables = [report::table(&all.loads), delivery::table(&all.deliveries)];
        output.result(&self.value(&all, &version), &tables.join("\n\n"));
        Ok(())
    }

    fn value(&self, all: &Results, version: &str) -> Value {
        json!({
            "engine": self.engine, "version": version.trim(), "machine": machine(), "operations": self.rounded(),
            "measured": all.loads, "best": report::best(&all.loads), "deliveries": all.deliveries,
        })
    }

    fn keep(&self, all: &Results, version: &str) -> Result<(), Failure> {
        let Some(path) = &self.out else {
            return Ok(());
        };
        let written = std::fs::write(path, format!("{:#}\n", self.value(all, version)));
        written
            .map_err(|error| Failure::new(FailureCode::Io, format!("{}: {error}", path.display())))
    }

    fn settings_of_deliveries(&self) -> Vec<Setting> {
        let usual = Setting::usual(self.engine);
        let mut settings: Vec<_> = self.settings();
        settings
            .iter_mut()
            .for_each(|one| one.gas_limit = usual.gas_limit);
        settings.dedup();
        settings.retain(|_| self.deliveries > 0);
        settings
    }

    fn settings(&self) -> Vec<Setting> {
        let mut settings = Vec::new();
        for validators in &self.validators {
            for block_period_s in &self.block_periods {
                for limit in &self.gas_limits {
                    settings.push(Setting {
                        engine: self.engine,
                        validators: *validators,
                        block_period_s: *block_period_s,
                        gas_limit: limit * MILLION,
                    });
                }
            }
        }
        settings
    }

    fn rounded(&self) -> u32 {
        self.operations.div_ceil(PORTION).max(1) * PORTION
    }

    /// All loads, one after the other, on a network of their own.
    async fn measure(&self, setting: Setting, output: &Output) -> Vec<Measured> {
        let row =
            |load: Load, outcome: Result<Outcome, Failure>| Measured::new(setting, load, outcome);
        let set = async {
            let chain = FreshNetwork::start(setting).await?;
            let scene = Scene::set(chain, self.rounded() * (1 + LONGER)).await?;
            Stream::new(scene, self.rounded()).await
        };
        let mut stream = match set.await {
            Ok(stream) => stream,
            Err(failure) => return vec![row(Load::Verification, Err(failure))],
        };
        let mut rows = Vec::new();
        for load in &self.loads {
            let measured = row(*load, stream.run(*load).await);
            output.progress(&measured.words());
            rows.push(measured);
        }
        Measured::compare(&mut rows);
        rows
    }
}

/// The processor and how many of it there are.
fn machine() -> Value {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    json!({"processor": model, "cores": cores})
}
