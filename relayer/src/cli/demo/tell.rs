//! How the story is told: numbered steps with their time, and lines of who does and sees what.
#![expect(clippy::print_stdout, reason = "the story is the command's result")]

use std::time::Instant;

use serde_json::Value;

/// The teller.
pub(super) struct Teller {
    step: u32,
    started: Instant,
    quiet: bool,
}

impl Teller {
    /// `quiet`: say nothing, because the result is printed as JSON.
    pub(super) fn new(quiet: bool) -> Self {
        Self {
            step: 0,
            started: Instant::now(),
            quiet,
        }
    }

    /// A new step.
    pub(super) fn step(&mut self, title: &str) {
        self.step += 1;
        let since = self.started.elapsed().as_secs_f64();
        self.say(&format!("\n{:>2}. {title}   [{since:.1} s]", self.step));
    }

    /// What somebody does.
    pub(super) fn does(&self, who: &str, what: &str) {
        self.say(&format!("    {who:<12} {what}"));
    }

    /// What somebody sees, and what not.
    pub(super) fn sees(&self, who: &str, sees: &str, not: &str) {
        self.say(&format!(
            "    {who:<12} sees {sees}\n    {:<12} does not see {not}",
            ""
        ));
    }

    /// A line.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet {
            println!("{line}");
        }
    }

    /// The table of the institution's checks.
    pub(super) fn checks(&self, checks: &[Value]) {
        for check in checks {
            let mark = if check["passed"] == true {
                "ok"
            } else {
                "FAILED"
            };
            self.say(&format!(
                "    {mark:<7}{:<62}{}",
                text(check, "words"),
                short(text(check, "detail"))
            ));
        }
    }

    /// Seconds since the beginning.
    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

/// A member's text, or nothing.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// A member's number or decimal string, as text.
pub(super) fn number(value: &Value, name: &str) -> String {
    match &value[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Long hexadecimal numbers, shortened for people.
pub(super) fn short(text: &str) -> String {
    let cut = |word: &str| {
        let bare = word.trim_end_matches([',', '.', ':']);
        if bare.starts_with("0x") && bare.len() > 20 {
            format!("{}…{}", &bare[..10], &word[bare.len() - 4..])
        } else {
            word.to_owned()
        }
    };
    text.split(' ').map(cut).collect::<Vec<_>>().join(" ")
}

/// Wei as coins.
pub(super) fn coins(wei: &str) -> String {
    let wei: u128 = wei.parse().unwrap_or_default();
    let thousandths = wei / 1_000_000_000_000_000;
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}
