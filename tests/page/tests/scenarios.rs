//! What people do with the page: each test boots a host and runs one of the files beside this directory.

use secinfo_host_tests::Authority;
use secinfo_page_tests::{
    boot, boot_with_all_channels, boot_with_push, certificate_file, run, run_with,
};
use std::path::Path;

#[test]
fn a_first_app_is_added_by_keyboard_alone() {
    run(&boot(""), "first-app.test.mjs");
}

#[test]
fn methods_are_renamed_and_deleted_and_another_becomes_the_default() {
    run(&boot(""), "methods.test.mjs");
}

#[test]
fn a_proof_is_asked_for_in_place_and_a_weaker_one_delays_a_deletion() {
    run(&boot(""), "proof.test.mjs");
}

#[test]
fn what_happens_elsewhere_shows_on_the_page() {
    run(&boot(""), "elsewhere.test.mjs");
}

#[test]
fn a_phone_gets_its_code_and_a_channel_that_is_down_is_told() {
    run(&boot("[policy]\nreconfirm_days = 1\n"), "text.test.mjs");
}

#[test]
fn calls_emails_questions_and_tokens_are_added_and_nothing_where_policy_allows_none() {
    let machine = boot_with_all_channels("[policy.reset]\nenabled = true\n");
    run(&machine, "email.test.mjs");
    run(&machine, "questions.test.mjs");
    run(&machine, "token.test.mjs");
    // It changes the policy.
    run(&machine, "nothing-allowed.test.mjs");
}

#[test]
fn recovery_codes_are_shown_once_and_then_gone() {
    run(&boot(""), "recovery-codes.test.mjs");
}

#[test]
fn a_security_key_is_added_and_proves_its_user_and_not_on_an_ip_address() {
    let keys = "[security-key]\nrp_id = \"localhost\"\norigins = [\"http://localhost:9090\"]\n";
    run(&boot(keys), "security-key.test.mjs");
}

/// Runs the tests of a file with a phone, on a host with these sections that phones reach.
fn run_with_phone(sections: &str, file: &str) {
    let authority = Authority::new();
    let machine = boot_with_push(&authority, sections);
    let certificate = certificate_file(&authority);
    let phone = Path::new(env!("CARGO_BIN_EXE_phone"));
    let variables = [
        ("SECINFO_PHONE", phone),
        ("SECINFO_AUTHORITY", certificate.path()),
    ];
    run_with(&machine, file, &variables);
}

#[test]
fn a_phone_that_approves_is_added_and_signs_in() {
    run_with_phone("", "push.test.mjs");
}

#[test]
fn in_a_browser_no_number_is_chosen_and_a_declined_request_pauses_push() {
    let number = "[policy.push]\nnumber = [\"cockpit\", \"secinfo\"]\nask_after = \"1s\"\n";
    run_with_phone(number, "push-declined.test.mjs");
}

#[test]
fn wrong_codes_and_sessions_that_are_over_are_told() {
    let sessions = "[policy.session]\nenrollment = \"70s\"\n";
    run(&boot(sessions), "wrong-codes.test.mjs");
}

#[test]
fn a_thief_loses_all_that_is_open_when_the_account_is_locked() {
    run(&boot(""), "locking.test.mjs");
}

#[test]
fn activity_tells_who_did_what_where_in_each_language() {
    run(&boot(""), "activity.test.mjs");
}

#[test]
fn the_first_screen_is_there_soon() {
    run(&boot(""), "first-screen.test.mjs");
}

#[test]
fn cockpit_asks_for_the_second_step_in_readable_words() {
    run(&boot(""), "sign-in.test.mjs");
}

#[test]
fn administrators_do_for_others_what_they_may() {
    let throttle = "[policy.throttle]\nfree = 2\nlock_after = 3\n";
    run(&boot(throttle), "administrators.test.mjs");
}

#[test]
fn administrative_access_takes_the_second_step_and_a_password_of_digits_locks_nobody() {
    run(&boot(""), "administrative-access.test.mjs");
}

#[test]
fn each_does_what_the_table_of_the_bus_says_beside_the_others() {
    run(&boot(""), "roles.test.mjs");
}

#[test]
fn a_log_that_was_rewritten_is_shown() {
    let tamper = [("SECINFO_TAMPER", Path::new(env!("CARGO_BIN_EXE_tamper")))];
    run_with(&boot(""), "tampered.test.mjs", &tamper);
}

#[test]
fn who_was_given_one_task_does_that_and_no_more() {
    run(&boot(""), "help-desk.test.mjs");
}

#[test]
fn a_removed_package_leaves_nothing() {
    let machine = boot("");
    let listed = machine
        .run(["dpkg-query", "--listfiles", "cockpit-secinfo"])
        .ok();
    let ours: Vec<&str> = listed
        .lines()
        .filter(|path| path.contains("secinfo"))
        .collect();
    assert!(ours.contains(&"/usr/share/cockpit/secinfo/manifest.json"));
    machine
        .run(["apt-get", "remove", "--yes", "cockpit-secinfo"])
        .ok();
    for path in ours {
        assert!(!machine.exists(path), "{path} is left");
    }
}
