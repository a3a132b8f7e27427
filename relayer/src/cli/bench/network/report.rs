//! What came of the loads, as rows, and each load's best gas limit beside the ceiling's.

use serde::Serialize;

use super::load::{Load, Outcome};
use super::MILLION;
use crate::app::network::bench::Throughput;
use crate::domain::failure::Failure;
use crate::sandbox::chain::Setting;

/// A setting and a load with what came of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    validators: usize,
    block_period_s: u64,
    gas_limit: u64,
    load: Load,
    /// Verifications, enrolments or settlements a second.
    per_second: Option<f64>,
    /// Of bare verifications a second at the same setting in the same run.
    of_ceiling: Option<f64>,
    throughput: Option<Throughput>,
    /// Milliseconds of a processor that a node uses for an operation.
    processor_ms: Option<f64>,
    /// Operations a second if each validator had a core of its own ([`projected`]).
    projected: Option<f64>,
    problem: Option<String>,
}

/// The best of a load among the gas limits.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Best {
    validators: usize,
    block_period_s: u64,
    load: Load,
    gas_limit: u64,
    per_second: f64,
    /// Of the best of bare verifications.
    of_ceiling: Option<f64>,
}

impl Measured {
    pub(super) fn new(setting: Setting, load: Load, outcome: Result<Outcome, Failure>) -> Self {
        let (throughput, processor, problem) = match outcome {
            Ok(Outcome {
                throughput: None, ..
            }) => (
                None,
                None,
                Some("too few blocks: more operations".to_owned()),
            ),
            Ok(outcome) => (outcome.throughput, outcome.processor, None),
            Err(failure) => (None, None, Some(failure.message().to_owned())),
        };
        let processor_ms = processor.map(|time| time.as_secs_f64() * 1e3);
        let gas = throughput
            .as_ref()
            .map(|found| found.gas_per_second / found.per_second / f64::from(load.entries()));
        Self {
            validators: setting.validators,
            block_period_s: setting.block_period_s,
            gas_limit: setting.gas_limit,
            load,
            per_second: throughput
                .as_ref()
                .map(|found| found.per_second * f64::from(load.entries())),
            of_ceiling: None,
            throughput,
            processor_ms,
            projected: processor_ms
                .zip(gas)
                .map(|(processor_ms, gas)| projected(setting, processor_ms, gas)),
            problem,
        }
    }

    /// What came of it, in a line.
    pub(super) fn words(&self) -> String {
        match (self.per_second, &self.problem) {
            (Some(per_second), _) => format!("  {}: {per_second:.1} a second", self.load),
            (_, problem) => format!("  {}: {}", self.load, problem.as_deref().unwrap_or("?")),
        }
    }

    fn row(&self) -> String {
        let came_of_it = match (&self.throughput, self.per_second) {
            (Some(found), Some(per_second)) => format!(
                "{per_second:.1} | {} | {:.1} | {:.2} s | {} | {} | {}",
                times(self.of_ceiling),
                found.gas_per_second / 1e6,
                found.block_interval,
                found.round_changes,
                one_digit(self.processor_ms),
                one_digit(self.projected),
            ),
            _ => format!(
                "{} | | | | | |",
                self.problem.as_deref().unwrap_or_default()
            ),
        };
        format!(
            "| {} | {} s | {}M | {} | {came_of_it} |",
            self.validators,
            self.block_period_s,
            self.gas_limit / MILLION,
            self.load
        )
    }

    /// Compares a setting's rows with its ceiling.
    pub(super) fn compare(rows: &mut [Self]) {
        let ceiling = rows
            .iter()
            .find(|row| row.load == Load::Verification)
            .and_then(|row| row.per_second);
        for row in rows {
            row.of_ceiling = ratio(row.per_second, ceiling);
        }
    }
}

/// Operations a second if each validator had a core of its own: as many as the core executes by the processor time that an operation took a
/// node here, proposing and everything else included, but no more than blocks have gas for. An upper bound: it leaves out that validators
/// execute a block after its proposer, and that they wait for one another.
#[expect(clippy::cast_precision_loss, reason = "gas and seconds")]
fn projected(setting: Setting, processor_ms: f64, gas: f64) -> f64 {
    let by_gas = setting.gas_limit as f64 / setting.block_period_s as f64 / gas;
    (1e3 / processor_ms).min(by_gas)
}

fn one_digit(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.1}"))
}

fn ratio(value: Option<f64>, ceiling: Option<f64>) -> Option<f64> {
    value.zip(ceiling).map(|(value, ceiling)| value / ceiling)
}

/// Each load at its own best gas limit, for each number of validators and block period.
pub(super) fn best(all: &[Measured]) -> Vec<Best> {
    let mut best: Vec<Best> = Vec::new();
    for row in all {
        let Some(per_second) = row.per_second else {
            continue;
        };
        let found = Best {
            validators: row.validators,
            block_period_s: row.block_period_s,
            load: row.load,
            gas_limit: row.gas_limit,
            per_second,
            of_ceiling: None,
        };
        match best.iter_mut().find(|each| each.is_beside(&found)) {
            Some(each) if each.per_second >= per_second => {}
            Some(each) => *each = found,
            None => best.push(found),
        }
    }
    let ceilings: Vec<_> = best
        .iter()
        .filter(|each| each.load == Load::Verification)
        .cloned()
        .collect();
    for each in &mut best {
        let ceiling = ceilings.iter().find(|ceiling| {
            (ceiling.validators, ceiling.block_period_s) == (each.validators, each.block_period_s)
        });
        each.of_ceiling = ceiling.map(|ceiling| each.per_second / ceiling.per_second);
    }
    best
}

impl Best {
    fn row(&self) -> String {
        format!(
            "| {} | {} s | {} | {}M | {:.1} | {} |",
            self.validators,
            self.block_period_s,
            self.load,
            self.gas_limit / MILLION,
            self.per_second,
            times(self.of_ceiling)
        )
    }

    fn is_beside(&self, other: &Self) -> bool {
        (self.validators, self.block_period_s, self.load)
            == (other.validators, other.block_period_s, other.load)
    }
}

/// Both as tables.
pub(super) fn table(all: &[Measured]) -> String {
    let head = [
        "| validators | period | gas limit | load | a second | of verifications | million gas a second | between blocks | rounds lost | ms of a node's processor | a second with a core each |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ];
    let best_head = [
        "",
        "| validators | period | load | best gas limit | a second | of verifications at their best |",
        "| --- | --- | --- | --- | --- | --- |",
    ];
    let rows = head.map(str::to_owned).into_iter();
    let rows = rows.chain(all.iter().map(Measured::row));
    let rows = rows.chain(best_head.map(str::to_owned));
    let rows: Vec<_> = rows.chain(best(all).iter().map(Best::row)).collect();
    rows.join("\n")
}

fn times(ratio: Option<f64>) -> String {
    ratio.map_or_else(String::new, |ratio| format!("{ratio:.2} ×"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ledger::Engine;

    fn row(gas_limit: u64, load: Load, per_second: f64) -> Measured {
        let setting = Setting {
            engine: Engine::GoQuorum,
            validators: 4,
            block_period_s: 1,
            gas_limit,
        };
        let throughput = Throughput {
            transactions: 10,
            seconds: 1,
            per_second,
            gas_per_second: 1e6,
            blocks: 1,
            block_interval: 1.0,
            round_changes: 0,
        };
        let outcome = Outcome {
            throughput: Some(throughput),
            processor: Some(Duration::from_millis(8)),
        };
        Measured::new(setting, load, Ok(outcome))
    }

    /// 8 ms are 125 operations a second, which blocks must have gas for.
    #[test]
    fn a_core_each_is_bound_by_gas_and_by_time() {
        let setting = |gas_limit, block_period_s| Setting {
            block_period_s,
            gas_limit,
            ..Setting::usual(Engine::GoQuorum)
        };
        let projected = |setting| projected(setting, 8.0, 250_000.0);
        assert!((projected(setting(15_000_000, 1)) - 60.0).abs() < 1e-9);
        assert!((projected(setting(15_000_000, 2)) - 30.0).abs() < 1e-9);
        assert!((projected(setting(60_000_000, 1)) - 125.0).abs() < 1e-9);
    }

    #[test]
    fn each_load_has_its_own_best_gas_limit() {
        let mut all = vec![
            row(15, Load::Verification, 50.0),
            row(15, Load::EnrolmentBatch, 6.0),
        ];
        Measured::compare(&mut all);
        assert!((all[1].of_ceiling.unwrap() - 1.92).abs() < 1e-9);
        all.extend([
            row(30, Load::Verification, 40.0),
            row(30, Load::EnrolmentBatch, 10.0),
        ]);
        let best = best(&all);
        assert_eq!(best.len(), 2);
        assert_eq!((best[0].gas_limit, best[1].gas_limit), (15, 30));
        // 16 × 10 against 50
        assert!((best[1].of_ceiling.unwrap() - 3.2).abs() < 1e-9);
        assert!(table(&all).contains("| 4 | 1 s | enrolment-batch | 0M | 160.0 | 3.20 × |"));
    }
}
