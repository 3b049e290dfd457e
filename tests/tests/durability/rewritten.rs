//! A rewritten log: an export that was changed, and a state directory that was rolled back.

use crate::{USERS, seed};
use secinfo_tests::load::Load;
use secinfo_tests::{CommandOutput, ROOT, TestHost};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The exit code of a verification that failed.
const NOT_VERIFIED: i32 = 6;

async fn load_for(load: &mut Load, milliseconds: u64) {
    let running = load.start();
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    load.finish(running).await;
}

/// An exported log, and what is needed to verify it.
struct Export<'a> {
    host: &'a TestHost,
    file: PathBuf,
    key: String,
}

impl<'a> Export<'a> {
    fn write(host: &'a TestHost, name: &str) -> Self {
        let file = host.directory().join(name);
        let said = host
            .secinfo(ROOT, &["--json", "audit", "export", text(&file)], "")
            .success()
            .json();
        Self {
            host,
            file,
            key: said["key"].as_str().unwrap().to_owned(),
        }
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.file).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn checkpoint(&self) -> PathBuf {
        self.file.with_added_extension("checkpoint")
    }

    fn verify(&self, file: &Path, checkpoint: &Path, against: &Path) -> CommandOutput {
        let options = [
            "--json",
            "audit",
            "verify",
            "--file",
            text(file),
            "--checkpoint",
            text(checkpoint),
            "--key",
            &self.key,
            "--against",
            text(against),
        ];
        self.host.secinfo(ROOT, &options, "")
    }

    /// Verifies a copy with these lines.
    fn verify_changed(&self, lines: &[String], against: &Path) -> CommandOutput {
        let copy = self.file.with_extension("changed");
        fs::write(&copy, lines.join("\n") + "\n").unwrap();
        self.verify(&copy, &self.checkpoint(), against)
    }
}

fn keep_checkpoint(host: &TestHost, name: &str) -> PathBuf {
    let file = host.directory().join(name);
    let note = host.secinfo(ROOT, &["audit", "checkpoint"], "").success();
    fs::write(&file, note.stdout).unwrap();
    file
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn expect_found(what: &str, finished: &CommandOutput) {
    assert_eq!(finished.code, NOT_VERIFIED, "{what}: {finished:?}");
    assert!(!finished.stderr.is_empty(), "{what}: {finished:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_was_changed_anywhere_does_not_verify() {
    let seed = seed(20_261_131);
    let host = TestHost::with(Load::setup()).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    load_for(&mut load, 500).await;
    let kept = keep_checkpoint(&host, "kept");
    let older = Export::write(&host, "older");
    load_for(&mut load, 500).await;
    let newer = keep_checkpoint(&host, "newer");
    let export = Export::write(&host, "log");
    export
        .verify(&export.file, &export.checkpoint(), &kept)
        .success();

    let lines = export.lines();
    assert!(lines.len() > 40, "{} events", lines.len());
    for place in [0, 1, lines.len() / 2, lines.len() - 1] {
        let mut edited = lines.clone();
        edited[place] = edited[place].replacen("\"time\":1", "\"time\":2", 1);
        expect_found("edit", &export.verify_changed(&edited, &kept));

        let mut longer = lines.clone();
        longer.insert(place, lines[place].clone());
        expect_found("insertion", &export.verify_changed(&longer, &kept));

        let mut shorter = lines.clone();
        shorter.remove(place);
        expect_found("removal", &export.verify_changed(&shorter, &kept));

        let mut swapped = lines.clone();
        swapped.swap(place, (place + 1) % lines.len());
        expect_found("reordering", &export.verify_changed(&swapped, &kept));
    }
    let mut longer = lines.clone();
    longer.extend(lines.last().cloned());
    expect_found("addition", &export.verify_changed(&longer, &kept));
    for length in [0, 1, lines.len() / 2, lines.len() - 1] {
        expect_found("cut tail", &export.verify_changed(&lines[..length], &kept));
    }
    // Consistent in itself, but older than the checkpoint.
    older
        .verify(&older.file, &older.checkpoint(), &kept)
        .success();
    expect_found(
        "rolled-back copy",
        &older.verify(&older.file, &older.checkpoint(), &newer),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolled_back_state_directory_is_detected_with_an_older_checkpoint() {
    let seed = seed(20_261_132);
    let mut host = TestHost::with(Load::setup()).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    load_for(&mut load, 300).await;
    assert!(host.stop().success());
    let state = host.state_directory();
    let copy = host.directory().join("copy");
    copy_directory(&state, &copy);

    host.start_daemon().await;
    load_for(&mut load, 500).await;
    let kept = keep_checkpoint(&host, "kept");
    let check = |host: &TestHost| {
        host.secinfo(
            ROOT,
            &["--json", "audit", "verify", "--against", text(&kept)],
            "",
        )
    };
    check(&host).success();
    assert!(host.stop().success());
    fs::remove_dir_all(&state).unwrap();
    copy_directory(&copy, &state);

    // Signed by the same key and consistent in itself: only an older checkpoint reveals it.
    host.start_daemon().await;
    host.secinfo(ROOT, &["audit", "verify"], "").success();
    let rolled_back = check(&host);
    expect_found("rolled back", &rolled_back);
    assert!(
        rolled_back.stderr.contains("rolled back"),
        "{rolled_back:?}"
    );

    // And again when it has grown beyond the checkpoint.
    let mut others = Load::prepare(&host, &[6, 7, 8, 9], seed).await;
    load_for(&mut others, 2000).await;
    host.secinfo(ROOT, &["audit", "verify"], "").success();
    let rewritten = check(&host);
    expect_found("rewritten", &rewritten);
    assert!(rewritten.stderr.contains("rewritten"), "{rewritten:?}");
}

fn copy_directory(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(status.unwrap().success());
}
