//! What must hold after a mistake: an administrator gets in, and no stranger does.

use crate::host::{Host, Means, Prepared};
use crate::mistake::Mistake;
use crate::remedy;
use crate::strangers::{self, Intruder};
use crate::visit::{Way, asks_for_password, visit};
use secinfo_host_tests::{Machine, password};
use std::fmt::Write as _;

/// How an administrator got in, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entry {
    /// Over SSH, and root by `sudo`, at most with this.
    Ssh(Means),
    /// At a terminal of the host, and root by `sudo`, likewise.
    Login(Means),
    /// Nobody would get in without secinfo either.
    ShutWithoutSecinfo,
    /// After what doctor said was done in the shell that is still open.
    DoctorsRemedy,
    /// After the lines of the module were taken out, in rescue mode.
    Rescue,
    /// Not at all.
    None,
}

/// What was seen on one host.
pub(crate) struct Outcome {
    pub(crate) entry: Entry,
    /// Whether doctor told something new.
    pub(crate) told: bool,
    /// Strangers who got in where the mistake switches the second step off.
    pub(crate) switched_off: usize,
    /// Strangers who would have got in without secinfo, too.
    pub(crate) open_without_secinfo: usize,
    /// What must not be.
    pub(crate) faults: Vec<String>,
    /// What happened, for a person who looks into it.
    pub(crate) story: String,
}

/// Makes mistakes on a host of their own, and judges.
pub(crate) fn judge(prepared: &Prepared, mistakes: &[Mistake]) -> Outcome {
    let mut host = prepared.boot();
    for mistake in mistakes {
        mistake.make(&host);
    }
    let is_of_clock = |one: &Mistake| matches!(one, Mistake::Daemon(fault) if fault.is_of_clock());
    let of_clock = mistakes.iter().any(is_of_clock);
    let findings = host.findings(of_clock);
    let mut outcome = Outcome {
        entry: Entry::None,
        told: !findings.is_empty(),
        switched_off: 0,
        open_without_secinfo: 0,
        faults: Vec::new(),
        story: format!("doctor: {findings:?}\n"),
    };
    let mut without = WithoutSecinfo::new(mistakes);
    let intruders = strangers::try_all(&host);
    outcome.judge_intruders(&intruders, mistakes, &mut without);
    // What nobody has met yet may show only now.
    outcome.told |= !host.findings(of_clock).is_empty();
    outcome.entry = enter(&mut host, &mut without, &mut outcome.story);
    if matches!(outcome.entry, Entry::Rescue | Entry::None) {
        let fault = format!("no administrator gets in: {:?}", outcome.entry);
        outcome.faults.push(fault);
    }
    // Nor need it know what would be so without secinfo.
    let needs_no_word = [
        Entry::Ssh(Means::Password),
        Entry::Ssh(Means::App),
        Entry::ShutWithoutSecinfo,
    ];
    let is_at_console = matches!(outcome.entry, Entry::Login(_));
    if !outcome.told
        && !needs_no_word.contains(&outcome.entry)
        && (!is_at_console || without.gets_in(Way::Ssh))
    {
        let fault = format!("doctor says nothing, and it takes {:?}", outcome.entry);
        outcome.faults.push(fault);
    }
    outcome
}

impl Outcome {
    fn judge_intruders(
        &mut self,
        intruders: &[Intruder],
        mistakes: &[Mistake],
        without: &mut WithoutSecinfo<'_>,
    ) {
        for intruder in intruders {
            let Intruder {
                way,
                user,
                knew_password,
                said,
            } = intruder;
            let _ = writeln!(
                self.story,
                "{user} by {way:?}, password {knew_password}: {said:?}"
            );
            let by: Vec<_> = mistakes
                .iter()
                .filter(|one| one.switches_off(*way))
                .collect();
            if *knew_password && !by.is_empty() {
                self.switched_off += 1;
                let unnoticed = |one: &&&Mistake| matches!(one, Mistake::Pam(_) | Mistake::Ssh(_));
                if by.iter().any(|one| unnoticed(&one)) && !self.told {
                    let fault =
                        format!("doctor does not tell that {way:?} asks for no second step");
                    self.faults.push(fault);
                }
            } else if !knew_password && without.lets_in(*way, user) {
                self.open_without_secinfo += 1;
            } else {
                self.faults.push(format!(
                    "a stranger gets in as {user} by {way:?}, the password {knew_password}: {said:?}"
                ));
            }
        }
    }
}

/// The administrator gets in by the first of the ways that the guide names.
fn enter(host: &mut Host, without: &mut WithoutSecinfo<'_>, story: &mut String) -> Entry {
    if let Some(entry) = by_oneself(host, story) {
        return entry;
    }
    if !without.lets_administrator_in() {
        return Entry::ShutWithoutSecinfo;
    }
    for _ in 0..3 {
        let done = remedy::follow(host);
        let _ = writeln!(story, "done as doctor says: {done:?}");
        if done.is_empty() {
            break;
        }
        if by_oneself(host, story).is_some() {
            return Entry::DoctorsRemedy;
        }
    }
    let _ = writeln!(story, "doctor: {:#}", host.report()["findings"]);
    host.machine
        .shell(r"sed -i '/pam_secinfo\.so/s/^/#/' /etc/pam.d/*");
    if by_oneself(host, story).is_some() {
        Entry::Rescue
    } else {
        Entry::None
    }
}

fn by_oneself(host: &mut Host, story: &mut String) -> Option<Entry> {
    for way in [Way::Ssh, Way::Login] {
        let (session, means) = host.administrator(way);
        if !session.is_in {
            let _ = writeln!(story, "admin by {way:?}: {:?}", session.said);
            continue;
        }
        let (root, also) = host.administrator(Way::Sudo);
        if root.is_in {
            let means = means.max(also);
            return Some(if way == Way::Ssh {
                Entry::Ssh(means)
            } else {
                Entry::Login(means)
            });
        }
        let _ = writeln!(story, "admin by {way:?}, sudo: {:?}", root.said);
    }
    None
}

/// A host that has never had secinfo, with the same mistakes. Booted when it is first asked about.
struct WithoutSecinfo<'m> {
    mistakes: &'m [Mistake],
    machine: Option<Machine>,
    intruders: Option<Vec<Intruder>>,
}

impl<'m> WithoutSecinfo<'m> {
    const fn new(mistakes: &'m [Mistake]) -> Self {
        Self {
            mistakes,
            machine: None,
            intruders: None,
        }
    }

    fn machine(&mut self) -> &Machine {
        self.machine.get_or_insert_with(|| {
            let machine = Machine::boot_without_package();
            machine.run(["usermod", "--lock", "carol"]).ok();
            for mistake in self.mistakes {
                mistake.make_without_secinfo(&machine);
            }
            machine
        })
    }

    /// Whether somebody without the password gets in.
    fn lets_in(&mut self, way: Way, user: &str) -> bool {
        if self.intruders.is_none() {
            self.intruders = Some(strangers::try_all_without_secinfo(self.machine()));
        }
        let mut intruders = self.intruders.iter().flatten();
        intruders.any(|intruder| intruder.way == way && intruder.user == user)
    }

    /// Whether the administrator gets in with the password, and becomes root.
    fn lets_administrator_in(&mut self) -> bool {
        (self.gets_in(Way::Ssh) || self.gets_in(Way::Login)) && self.gets_in(Way::Sudo)
    }

    /// Whether the administrator gets in this way.
    fn gets_in(&mut self, way: Way) -> bool {
        let mut asked = 0;
        let visit = visit(self.machine(), way, "admin", |prompt| {
            asked += 1;
            (asks_for_password(prompt) && asked <= 2).then(|| password("admin"))
        });
        visit.is_in
    }
}
