//! Mistakes of administrators on a booted host, drawn by a seed: each ends with an administrator able to get
//! in, and no stranger in.
//!
//! `cargo xtask test host mistakes` makes those of a few seeds. `SECINFO_MISTAKES=300` makes those of the
//! seeds 0 to 299, and `SECINFO_MISTAKES=120..300` goes on at one. What is seen is told as it is seen, and
//! counted in the end.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod daemon;
mod draw;
mod files;
mod host;
mod mistake;
mod oracle;
mod package_run;
mod pam_edit;
mod policy;
mod remedy;
mod setup_run;
mod ssh_edit;
mod strangers;
mod table;
mod visit;

use host::Prepared;
use mistake::Mistake;
use std::io::{Write, stderr};
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use table::Table;

/// The seeds of an ordinary run, with a sort of mistake that each makes.
const FEW: [(u64, &str); 5] = [
    (2, "full disk"),
    (4, "upgrade killed"),
    (10, "rights of files"),
    (16, "master key gone"),
    (33, "setup cut short"),
];
/// How many hosts are up at once: they wait for sign-ins more than they compute.
const AT_ONCE: usize = 4;

#[test]
fn mistakes_lock_no_administrator_out_and_let_no_stranger_in() {
    let seeds = seeds();
    let prepared = Prepared::new();
    for (seed, sort) in FEW {
        let mistakes = Mistake::several(seed, &prepared);
        let makes_it = mistakes.iter().any(|mistake| mistake.sort() == sort);
        assert!(
            makes_it,
            "seed {seed} makes no {sort} any more: look for another one"
        );
    }
    let table = Mutex::new(Table::default());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) else {
                        return;
                    };
                    make(*seed, &prepared, &table);
                }
            });
        }
    });
    let table = table.into_inner().unwrap();
    tell(&table.to_string());
    assert_eq!(table.faults(), [""; 0]);
}

fn make(seed: u64, prepared: &Prepared, table: &Mutex<Table>) {
    let mistakes = Mistake::several(seed, prepared);
    let named: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let named = named.join("; ");
    match catch_unwind(|| oracle::judge(prepared, &mistakes)) {
        Ok(outcome) => {
            tell(&format!("seed {seed}: {named}\n  {:?}", outcome.entry));
            for fault in &outcome.faults {
                tell(&format!("  FAULT: {fault}\n{}", outcome.story));
            }
            table.lock().unwrap().add(seed, &mistakes, &outcome);
        }
        Err(_) => table.lock().unwrap().could_not(seed, &named),
    }
}

/// The seeds that are asked for.
fn seeds() -> Vec<u64> {
    let Ok(asked) = std::env::var("SECINFO_MISTAKES") else {
        return FEW.map(|(seed, _)| seed).to_vec();
    };
    let number = |text: &str| text.parse::<u64>().expect("a number of seeds, or FROM..TO");
    match asked.split_once("..") {
        Some((from, to)) => (number(from)..number(to)).collect(),
        None => (0..number(&asked)).collect(),
    }
}

/// Tells at once, also where the test runner keeps what tests print.
fn tell(words: &str) {
    let _ = writeln!(stderr().lock(), "{words}");
}
