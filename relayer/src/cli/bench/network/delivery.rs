//! Deliveries, one after the other, by the commands that people use: how long the patient waits for an enrolment, and the institution for the
//! opened record.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::app::network::bench::percentile;
use crate::cli::demo::{BUNDLE, CRITERIA};
use crate::domain::failure::{Failure, FailureCode};
use crate::sandbox::{Actor, On, Setting, Stage, StageSettings};

/// How long a delivery may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two askings of the institution, each a command of its own.
const PAUSE: Duration = Duration::from_millis(100);

/// Seconds below which half, 95 and 99 of 100 lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Percentiles {
    p50: f64,
    p95: f64,
    p99: f64,
}

impl Percentiles {
    /// `None` of nothing.
    fn of(seconds: &[f64]) -> Option<Self> {
        Some(Self {
            p50: percentile(seconds, 50.0)?,
            p95: percentile(seconds, 95.0)?,
            p99: percentile(seconds, 99.0)?,
        })
    }

    fn words(&self) -> String {
        format!("{:.1} | {:.1} | {:.1}", self.p50, self.p95, self.p99)
    }
}

/// What came of the deliveries on a network.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delivered {
    validators: usize,
    block_period_s: u64,
    gas_limit: u64,
    deliveries: usize,
    /// From the start of `patient enrol` (check, proof, grant, receipts, transaction) until it stands in a block.
    enrolling: Option<Percentiles>,
    /// From then until the institution holds the opened record, every check passed.
    opening: Option<Percentiles>,
    problem: Option<String>,
}

impl Delivered {
    fn of(setting: Setting, outcome: Result<Vec<Waits>, Failure>) -> Self {
        let (waits, problem) = match outcome {
            Ok(waits) => (waits, None),
            Err(failure) => (Vec::new(), Some(failure.message().to_owned())),
        };
        let percentiles = |of: &dyn Fn(&Waits) -> Duration| {
            let seconds: Vec<_> = waits.iter().map(|wait| of(wait).as_secs_f64()).collect();
            Percentiles::of(&seconds)
        };
        Self {
            validators: setting.validators,
            block_period_s: setting.block_period_s,
            gas_limit: setting.gas_limit,
            deliveries: waits.len(),
            enrolling: percentiles(&|wait| wait.enrolling),
            opening: percentiles(&|wait| wait.opening),
            problem,
        }
    }

    fn row(&self) -> String {
        let came_of_it = match (&self.enrolling, &self.opening) {
            (Some(enrolling), Some(opening)) => {
                format!("{} | {}", enrolling.words(), opening.words())
            }
            _ => format!("{} | | | | |", self.problem.as_deref().unwrap_or("nothing")),
        };
        format!(
            "| {} | {} s | {} | {came_of_it} |",
            self.validators, self.block_period_s, self.deliveries
        )
    }
}

/// All of them as a table.
pub(super) fn table(all: &[Delivered]) -> String {
    let head = [
        "| validators | period | deliveries | enrolling, s: p50 | p95 | p99 | from enrolment to opened record, s: p50 | p95 | p99 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ];
    let rows = head.map(str::to_owned).into_iter();
    let rows: Vec<_> = rows.chain(all.iter().map(Delivered::row)).collect();
    rows.join("\n")
}

#[derive(Debug, Clone, Copy)]
struct Waits {
    enrolling: Duration,
    opening: Duration,
}

/// Delivers a made-up patient's record to so many studies, on a network of its own.
pub(super) async fn measure(setting: Setting, deliveries: usize, circuits: &Path) -> Delivered {
    Delivered::of(setting, waits(setting, deliveries, circuits).await)
}

async fn waits(
    setting: Setting,
    deliveries: usize,
    circuits: &Path,
) -> Result<Vec<Waits>, Failure> {
    let folder = tempfile::tempdir().map_err(|error| io(&error))?;
    let settings = StageSettings {
        program: std::env::current_exe().map_err(|error| io(&error))?,
        folder: folder.path().to_owned(),
        on: On::Fresh(setting),
        circuits: std::path::absolute(circuits).map_err(|error| io(&error))?,
        bounds: Vec::new(),
        storage: None,
        environment: Vec::new(),
    };
    let stage = Stage::set_up(settings, |_, _| {}).await?;
    let scene = Scene::set(&stage)?;
    (0..deliveries)
        .map(|number| scene.deliver(number))
        .collect()
}

/// A patient with a certified record, and the files of a study.
struct Scene<'a> {
    stage: &'a Stage,
    patient: Actor,
    criteria: PathBuf,
}

impl<'a> Scene<'a> {
    fn set(stage: &'a Stage) -> Result<Self, Failure> {
        let patient = stage.actor("patient");
        let file = |name: &str| stage.folder().join(name);
        let (bundle, criteria) = (file("bundle.json"), file("criteria.json"));
        std::fs::write(&bundle, BUNDLE).map_err(|error| io(&error))?;
        std::fs::write(&criteria, CRITERIA).map_err(|error| io(&error))?;
        let words = file("words").display().to_string();
        patient.run(&["patient", "new", "--words-file", &words])?;
        let request = file("request").display().to_string();
        patient.run(&["patient", "request", "--out", &request])?;
        let bundle = bundle.display().to_string();
        let mut certify = vec!["hospital", "certify", &bundle];
        certify.extend(["--request", &request, "--duo", "GRU"]);
        stage.hospital.run(&certify)?;
        patient.run(&["patient", "import"])?;
        Ok(Self {
            stage,
            patient,
            criteria,
        })
    }

    /// A study each, whose agreement and so whose id no other has.
    fn study(&self, number: usize) -> Result<String, Failure> {
        let agreement = self.stage.folder().join(format!("agreement-{number}.md"));
        std::fs::write(&agreement, format!("Agreement {number}.\n")).map_err(|error| io(&error))?;
        let (criteria, agreement) = (
            self.criteria.display().to_string(),
            agreement.display().to_string(),
        );
        let mut open = vec!["institution", "study", "open", "--criteria", &criteria];
        open.extend(["--agreement", &agreement, "--price", "1000", "--fee", "10"]);
        open.extend(["--quota", "1", "--purposes", "biomedical"]);
        open.extend(["--threshold", "2", "--minimum-records", "1"]);
        let opened = self.stage.institution.run(&open)?;
        let study = opened["studyId"].as_str().map(str::to_owned);
        study.ok_or_else(|| Failure::new(FailureCode::Internal, "no study id"))
    }

    fn deliver(&self, number: usize) -> Result<Waits, Failure> {
        let study = self.study(number)?;
        let start = Instant::now();
        self.patient.run(&["patient", "enrol", &study, "--yes"])?;
        let enrolled = Instant::now();
        loop {
            match self
                .stage
                .institution
                .run(&["institution", "receive", &study])
            {
                Ok(told) if told["deliveries"][0]["outcome"]["folder"].is_string() => break,
                Err(error) if enrolled.elapsed() > PATIENCE => return Err(error.into()),
                _ if enrolled.elapsed() > PATIENCE => {
                    let words = format!("nothing came within {} s", PATIENCE.as_secs());
                    return Err(Failure::new(FailureCode::FragmentsMissing, words));
                }
                _ => std::thread::sleep(PAUSE),
            }
        }
        Ok(Waits {
            enrolling: enrolled - start,
            opening: enrolled.elapsed(),
        })
    }
}

fn io(error: &std::io::Error) -> Failure {
    Failure::new(FailureCode::Io, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ledger::Engine;

    #[test]
    fn deliveries_are_told_by_percentiles() {
        let waits = (1..=100).map(|number| Waits {
            enrolling: Duration::from_millis(100 * number),
            opening: Duration::from_secs(number),
        });
        let setting = Setting::usual(Engine::GoQuorum);
        let measured = Delivered::of(setting, Ok(waits.collect()));
        let missed = Failure::new(FailureCode::Internal, "no engine");
        let told = table(&[measured, Delivered::of(setting, Err(missed))]);
        assert!(
            told.contains("| 4 | 1 s | 100 | 5.0 | 9.5 | 9.9 | 50.0 | 95.0 | 99.0 |"),
            "{told}"
        );
        assert!(
            told.ends_with("| 4 | 1 s | 0 | no engine | | | | | |"),
            "{told}"
        );
    }
}
