//! The results: rows, printed as a table or written as JSON.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this module prints the program's output"
)]

use crate::failure::{Context, Result};
use serde::Serialize;
use std::path::Path;

/// The bar that a row must meet.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bar {
    /// At most this multiple of the baseline.
    RatioAtMost(f64),
    /// At least this multiple of the baseline.
    RatioAtLeast(f64),
    /// At most this value.
    AtMost(f64),
    /// At least this value.
    AtLeast(f64),
    /// No bar.
    None,
}

/// An additional value that explains a row, such as a part of its time.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Part {
    name: String,
    value: f64,
    unit: &'static str,
}

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    name: String,
    unit: &'static str,
    ours: f64,
    beside: Option<f64>,
    beside_what: Option<&'static str>,
    ratio: Option<f64>,
    bar: String,
    met: Option<bool>,
    missed_by_percent: Option<f64>,
    parts: Vec<Part>,
}

impl Row {
    /// Creates a row without a baseline and a bar.
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self {
            name: name.into(),
            unit,
            ours,
            beside: None,
            beside_what: None,
            ratio: None,
            bar: String::new(),
            met: None,
            missed_by_percent: None,
            parts: Vec::new(),
        }
    }

    /// Adds the baseline: the value of something comparable without secinfo.
    #[must_use]
    pub(crate) fn beside(mut self, what: &'static str, value: f64) -> Self {
        self.beside = Some(value);
        self.beside_what = Some(what);
        self.ratio = Some(self.ours / value);
        self
    }

    /// Compares the row with a bar.
    #[must_use]
    pub(crate) fn bar(mut self, bar: Bar) -> Self {
        let unit = self.unit;
        let ratio = self.ratio.unwrap_or(f64::NAN);
        let (text, met, missed) = match bar {
            Bar::RatioAtMost(most) => (format!("≤ {most} ×"), ratio <= most, ratio / most - 1.0),
            Bar::RatioAtLeast(least) => {
                (format!("≥ {least} ×"), ratio >= least, 1.0 - ratio / least)
            }
            Bar::AtMost(most) => (
                format!("≤ {} {unit}", number(most)),
                self.ours <= most,
                self.ours / most - 1.0,
            ),
            Bar::AtLeast(least) => (
                format!("≥ {} {unit}", number(least)),
                self.ours >= least,
                1.0 - self.ours / least,
            ),
            Bar::None => return self,
        };
        self.bar = text;
        self.met = Some(met);
        self.missed_by_percent = (!met).then_some(missed * 100.0);
        self
    }

    /// Adds an explaining value.
    #[must_use]
    pub(crate) fn part(mut self, name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        self.parts.push(Part {
            name: name.into(),
            value,
            unit,
        });
        self
    }
}

/// All measurements of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    /// The version of the project.
    pub(crate) version: &'static str,
    /// Whether sizes were reduced, so that the bars do not apply.
    pub(crate) quick: bool,
    /// The number of the machine's cores.
    pub(crate) cores: usize,
    /// The load averages over a minute, at the beginning and at the end.
    pub(crate) load: Vec<String>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

impl Results {
    /// Adds rows, and prints them as progress.
    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        for row in &rows {
            progress(&format!(
                "  {}: {} {}",
                row.name,
                number(row.ours),
                row.unit
            ));
        }
        self.rows.extend(rows);
    }

    /// Records the load of the machine.
    pub(crate) fn note_load(&mut self) {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        self.load
            .push(load.split(' ').next().unwrap_or_default().to_owned());
    }

    /// Prints the table.
    pub(crate) fn print(&self) {
        let head = ["", "ours", "beside", "ratio", "bar", ""].map(str::to_owned);
        let lines: Vec<_> = std::iter::once(head)
            .chain(self.rows.iter().map(cells))
            .collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
        let widths: [usize; 6] = std::array::from_fn(|column| width(column).unwrap_or_default());
        println!();
        for line in &lines {
            let [name, ours, beside, ratio, bar, met] = line;
            let [w0, w1, w2, w3, w4, _] = widths;
            println!("{name:w0$}  {ours:>w1$}  {beside:>w2$}  {ratio:>w3$}  {bar:>w4$}  {met}");
        }
        self.print_parts();
        println!(
            "\nLoad of the machine: {} on {} cores.",
            self.load.join(", "),
            self.cores
        );
        if self.quick {
            println!("Sizes were reduced (--quick): not to be held against the bars.");
        }
    }

    fn print_parts(&self) {
        for row in self.rows.iter().filter(|row| !row.parts.is_empty()) {
            match row.missed_by_percent {
                Some(percent) => println!("\n{}: missed by {percent:.0} %", row.name),
                None => println!("\n{}:", row.name),
            }
            if let (Some(what), Some(beside)) = (row.beside_what, row.beside) {
                println!("  {:>12} {:9}  {what}", number(beside), row.unit);
            }
            for part in &row.parts {
                println!(
                    "  {:>12} {:9}  {}",
                    number(part.value),
                    part.unit,
                    part.name
                );
            }
        }
    }

    /// Writes everything as JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self).context(|| "write JSON".into())?;
        text.push('\n');
        std::fs::write(path, text).context(|| format!("write {}", path.display()))
    }
}

fn cells(row: &Row) -> [String; 6] {
    let with_unit = |value: f64| format!("{} {}", number(value), row.unit);
    [
        row.name.clone(),
        with_unit(row.ours),
        row.beside.map(with_unit).unwrap_or_default(),
        row.ratio.map(|r| format!("{r:.2}")).unwrap_or_default(),
        row.bar.clone(),
        match row.met {
            Some(true) => "met".to_owned(),
            Some(false) => "MISSED".to_owned(),
            None => String::new(),
        },
    ]
}

/// Formats a number with three significant digits and grouped thousands.
fn number(value: f64) -> String {
    if value.abs() < 10.0 {
        return format!("{value:.2}");
    }
    if value.abs() < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digit != '-' {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// Prints the result for another process of this program.
pub(crate) fn print_answer(text: &str) {
    println!("{text}");
}

/// Prints what is being done.
pub(crate) fn progress(text: &str) {
    eprintln!("{text}");
}

/// Prints the error that ended the program.
pub(crate) fn print_error(text: &str) {
    eprintln!("secinfo-bench: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        let shown = [0.123, 9.99, 12.34, 123.4, 1234.0, 1_234_567.0].map(number);
        assert_eq!(shown, ["0.12", "9.99", "12.3", "123", "1 234", "1 234 567"]);
    }

    #[test]
    fn a_missed_bar_has_a_percentage() {
        let row = Row::new("a", "µs", 30.0).beside("b", 10.0);
        let missed = row.clone().bar(Bar::RatioAtMost(1.5));
        assert_eq!(
            (missed.met, missed.missed_by_percent),
            (Some(false), Some(100.0))
        );
        let met = row.clone().bar(Bar::RatioAtLeast(0.5));
        assert_eq!((met.met, met.missed_by_percent), (Some(true), None));
        assert_eq!(row.clone().bar(Bar::AtMost(30.0)).met, Some(true));
        assert_eq!(
            row.clone().bar(Bar::AtLeast(60.0)).missed_by_percent,
            Some(50.0)
        );
        assert_eq!(row.bar(Bar::None).met, None);
    }
}
