//! The partition of the state directory is full.

use crate::app;
use secinfo_host_tests::Machine;
use std::time::{Duration, Instant};

#[test]
fn on_a_full_partition_no_code_is_accepted_and_the_daemon_says_why_until_there_is_room() {
    let machine = Machine::boot();
    machine.keep_state_on_small_disk();
    let mut codes = app::set_up(&machine, "alice");
    let healthy = || {
        let status = machine.run(["secinfo", "--json", "status"]).first_json();
        (status["healthy"] == true, status["problem"].to_string())
    };
    assert!(healthy().0);

    let log_bytes = || {
        let status = machine.run(["secinfo", "--json", "status"]).first_json();
        status["statistics"]["log_bytes"].as_u64().unwrap()
    };
    let before = log_bytes();
    let filler = machine.fill_disk_of_state();
    assert_eq!(log_bytes(), before, "another file is not the log's");
    // It is known before anybody has to be refused.
    let begun = Instant::now();
    while healthy().0 {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(200));
    }
    let doctor = machine.run(["secinfo", "--json", "doctor"]).stdout;
    assert!(doctor.contains("daemon-unhealthy"), "{doctor}");
    let code = codes.fresh();
    let refused = app::verify(&machine, "alice", &code);
    assert_eq!(refused.code, 1, "{refused:#?}");
    let (is_healthy, problem) = healthy();
    assert!(!is_healthy && problem.contains("make room"), "{problem}");
    machine.run(["secinfo", "status"]).fails();
    assert_eq!(
        machine.run(["systemctl", "is-active", "secinfod"]).ok(),
        "active\n"
    );

    machine.run(["rm", &filler]).ok();
    // What was refused has not been used up.
    app::verify(&machine, "alice", &code).ok();
    assert_eq!(healthy(), (true, "null".into()));
    app::verify(&machine, "alice", &code).fails();
    app::is_there(&machine, "alice");
    machine.run(["systemctl", "restart", "secinfod"]).ok();
    app::verify(&machine, "alice", &code).fails();
    app::is_there(&machine, "alice");
}
