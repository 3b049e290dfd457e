//! Findings, and what could not be examined.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// An attacker can get in, or users cannot.
    Error,
    /// It may become an error.
    Warning,
    /// For information.
    Info,
}

/// What a finding is about, in the order of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Area {
    /// The PAM configuration.
    Pam,
    /// The SSH server.
    Sshd,
    /// The daemon and its bus.
    Daemon,
    /// Files of the daemon.
    Files,
    /// Units of systemd.
    Units,
    /// The clock.
    Clock,
    /// Password reset.
    Reset,
    /// Phones that approve sign-ins.
    Push,
    /// Ways back in.
    Recovery,
}

impl Area {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 9] = [
        Self::Pam,
        Self::Sshd,
        Self::Daemon,
        Self::Files,
        Self::Units,
        Self::Clock,
        Self::Reset,
        Self::Push,
        Self::Recovery,
    ];

    /// Its heading.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Pam => "PAM",
            Self::Sshd => "SSH server",
            Self::Daemon => "Daemon",
            Self::Files => "Files",
            Self::Units => "Units",
            Self::Clock => "Clock",
            Self::Reset => "Password reset",
            Self::Push => "Phones",
            Self::Recovery => "Ways back in",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// A stable identifier of this kind of finding.
    pub(crate) id: &'static str,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What it is about.
    pub(crate) area: Area,
    /// The file, line, unit or service.
    pub(crate) subject: String,
    /// PAM services that it concerns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) services: Vec<String>,
    /// What is wrong.
    pub(crate) what: String,
    /// What to do.
    pub(crate) remedy: String,
    /// The same as changes to files, where it is known which: made together, and in this order,
    /// they mend it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<Change>,
}

/// One change to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// The file.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// What it is.
    #[serde(flatten)]
    pub(crate) what: What,
}

/// What a change is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", untagged)]
pub(crate) enum What {
    /// Other words where the line has these for the first time.
    Words {
        /// What stands there.
        replace: String,
        /// What is to stand there.
        with: String,
    },
    /// A new line in front of the line.
    Before {
        /// The new line.
        before: String,
    },
    /// A new line behind the line.
    Behind {
        /// The new line.
        behind: String,
    },
}

/// Changes as one sentence.
pub(crate) fn in_words(changes: &[Change]) -> String {
    let mut parts = Vec::new();
    let mut last = None;
    for Change { file, line, what } in changes {
        let place = if last == Some(file) {
            format!("line {line}")
        } else {
            format!("{file}, line {line}")
        };
        last = Some(file);
        parts.push(match what {
            What::Words { replace, with } => {
                format!("in {place}, write '{with}' instead of '{replace}'")
            }
            What::Before { before } => format!("in front of {place}, add a line '{before}'"),
            What::Behind { behind } => format!("behind {place}, add a line '{behind}'"),
        });
    }
    let mut sentence = parts.join("; ");
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence.push('.');
    sentence
}

/// Something that could not be examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Unseen {
    /// What it is about.
    pub(crate) area: Area,
    /// What could not be examined.
    pub(crate) what: String,
    /// Why not.
    pub(crate) why: String,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Findings.
    pub(crate) found: Vec<Finding>,
    /// What was examined.
    pub(crate) looked_at: Vec<(Area, String)>,
    /// What could not be examined.
    pub(crate) unseen: Vec<Unseen>,
}

impl Finding {
    /// One about a host as a whole, with no change to files that is known to mend it.
    pub(crate) fn of_host(
        area: Area,
        id: &'static str,
        severity: Severity,
        subject: &str,
        what: &str,
        remedy: &str,
    ) -> Self {
        Self {
            id,
            severity,
            area,
            subject: subject.to_owned(),
            services: Vec::new(),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
            changes: Vec::new(),
        }
    }
}

impl Findings {
    /// Adds a finding. One that differs from another only in its services is merged into that.
    pub(crate) fn add(&mut self, finding: Finding) {
        let same = self.found.iter_mut().find(|other| {
            (other.id, &other.subject, &other.what) == (finding.id, &finding.subject, &finding.what)
        });
        match same {
            Some(other) => {
                for service in finding.services {
                    if !other.services.contains(&service) {
                        other.services.push(service);
                    }
                }
            }
            None => self.found.push(finding),
        }
    }

    /// Records that something was examined.
    pub(crate) fn saw(&mut self, area: Area, what: impl Into<String>) {
        self.looked_at.push((area, what.into()));
    }

    /// Records that something could not be examined.
    pub(crate) fn missed(&mut self, area: Area, what: impl Into<String>, why: impl Into<String>) {
        let unseen = Unseen {
            area,
            what: what.into(),
            why: why.into(),
        };
        if !self.unseen.contains(&unseen) {
            self.unseen.push(unseen);
        }
    }

    /// Sorts findings into the order of the output.
    pub(crate) fn sort(&mut self) {
        self.found.sort_by(|a, b| {
            (a.area, a.severity, &a.subject).cmp(&(b.area, b.severity, &b.subject))
        });
    }

    /// The number of findings of a severity.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        let found = self.found.iter();
        found.filter(|finding| finding.severity == severity).count()
    }
}
