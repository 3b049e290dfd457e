//! The text format of `OpenMetrics` 1.0 (<https://prometheus.io/docs/specs/om/open_metrics_spec/>).
//!
//! What is written can also be read as the older text format of Prometheus, which is all that the
//! textfile collector of `node_exporter` reads: no types that it does not know, and no timestamps.

use std::fmt::{self, Write as _};

/// What a family of metrics is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// It only grows, from 0 at the daemon's start.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// A family of metrics: one name, and a number for each set of labels.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    name: &'static str,
    sort: Sort,
    unit: &'static str,
    help: &'static str,
    samples: Vec<(Vec<Label>, Value)>,
}

/// A label: its name, and its value.
type Label = (&'static str, String);

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    /// A whole one.
    Whole(u64),
    /// Any.
    Real(f64),
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Whole(u64::from(is))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{number}"),
        }
    }
}

impl Family {
    /// A family of counters. Its name is without `_total`, which each of its numbers gets.
    pub(crate) const fn counter(name: &'static str, help: &'static str) -> Self {
        Self::new(name, Sort::Counter, help)
    }

    /// A family of gauges.
    pub(crate) const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self::new(name, Sort::Gauge, help)
    }

    const fn new(name: &'static str, sort: Sort, help: &'static str) -> Self {
        Self {
            name,
            sort,
            unit: "",
            help,
            samples: Vec::new(),
        }
    }

    /// Names the unit, which its name must end with.
    #[must_use]
    pub(crate) const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// Adds the one number of a family without labels.
    #[must_use]
    pub(crate) fn is(self, value: impl Into<Value>) -> Self {
        self.with([], value)
    }

    /// Adds a number under these labels.
    #[must_use]
    pub(crate) fn with<const N: usize>(
        mut self,
        labels: [(&'static str, &str); N],
        value: impl Into<Value>,
    ) -> Self {
        let labels = labels.map(|(name, value)| (name, value.to_owned()));
        self.samples.push((labels.to_vec(), value.into()));
        self
    }

    /// Adds a number for each value of one label.
    #[must_use]
    pub(crate) fn by<'a, V: Into<Value>>(
        mut self,
        label: &'static str,
        numbers: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Self {
        for (value, number) in numbers {
            self = self.with([(label, value)], number);
        }
        self
    }

    fn write(&self, text: &mut String) {
        let Self { name, unit, .. } = self;
        let (sort, suffix) = match self.sort {
            Sort::Counter => ("counter", "_total"),
            Sort::Gauge => ("gauge", ""),
        };
        // Writing into a text cannot fail.
        let _ = writeln!(text, "# TYPE {name} {sort}");
        if !unit.is_empty() {
            let _ = writeln!(text, "# UNIT {name} {unit}");
        }
        let _ = writeln!(text, "# HELP {name} {}", escaped(self.help));
        for (labels, value) in &self.samples {
            let labels: Vec<_> = labels
                .iter()
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            let labels = match labels.as_slice() {
                [] => String::new(),
                labels => format!("{{{}}}", labels.join(",")),
            };
            let _ = writeln!(text, "{name}{suffix}{labels} {value}");
        }
    }
}

/// The whole text. A family without a number is left out.
pub(crate) fn exposition(families: &[Family]) -> String {
    let mut text = String::new();
    for family in families.iter().filter(|family| !family.samples.is_empty()) {
        family.write(&mut text);
    }
    text.push_str("# EOF\n");
    text
}

/// A text within a line and within quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_written_as_openmetrics_has_it() {
        let families = [
            Family::gauge("x_bytes", "What it \"takes\".")
                .unit("bytes")
                .is(7_u64),
            Family::counter("x_seconds", "Time.")
                .unit("seconds")
                .is(0.25),
            Family::counter("x_empty", "Nothing was counted."),
            Family::counter("x_codes", "Codes.").by("kind", [("text", 1_u64), ("a\\b\"\nc", 2)]),
        ];
        let expected = r#"# TYPE x_bytes gauge
# UNIT x_bytes bytes
# HELP x_bytes What it \"takes\".
x_bytes 7
# TYPE x_seconds counter
# UNIT x_seconds seconds
# HELP x_seconds Time.
x_seconds_total 0.25
# TYPE x_codes counter
# HELP x_codes Codes.
x_codes_total{kind="text"} 1
x_codes_total{kind="a\\b\"\nc"} 2
# EOF
"#;
        assert_eq!(exposition(&families), expected);
    }
}
