use super::*;
use proptest::prelude::*;
use secinfo_channel::{MessagePurpose, SecretText};

const NOW: u64 = 1_700_000_000_000;

fn request(destination: &str, code: &str) -> Request {
    let secret = |text: &str| SecretText::new(text.to_owned());
    Request {
        message: String::new(),
        purpose: MessagePurpose::SignIn,
        destination: secret(destination),
        subject: secret(""),
        text: secret(&format!("Your code is {code}.")),
        html: secret(""),
        code: secret(code),
        language: String::new(),
        organization: String::new(),
        host: String::new(),
        service: String::new(),
        origin: String::new(),
        expires: NOW,
        attempt: 1,
    }
}

fn reported(status: u32) -> PluginReport {
    PluginReport {
        status,
        reason: 1,
        after: 0,
        reference: String::new(),
        detail: String::new(),
    }
}

fn any_report() -> impl Strategy<Value = Result<PluginReport, Incompatible>> {
    let reported = (
        prop_oneof![0..6_u32, any::<u32>()],
        prop_oneof![0..10_u32, any::<u32>()],
        any::<u64>(),
        ".{0,300}",
        any::<String>(),
    )
        .prop_map(|(status, reason, after, reference, detail)| PluginReport {
            status,
            reason,
            after,
            reference,
            detail,
        });
    prop_oneof![
        8 => reported.prop_map(Ok),
        1 => any::<u32>().prop_map(|version| Err(Incompatible::Version(version))),
        1 => any::<u32>().prop_map(|size| Err(Incompatible::Size(size))),
        1 => Just(Err(Incompatible::Null)),
    ]
}

proptest! {
    /// For any sequence of reports, each delivery ends at most once, has no report after its end,
    /// and is not affected by reports on other numbers.
    #[test]
    fn each_delivery_ends_at_most_once(
        follows_up in any::<bool>(),
        reports in prop::collection::vec((0..6_u64, any_report()), 0..60),
    ) {
        let mut deliveries = Deliveries::new(&[]);
        deliveries.set_follows_up(follows_up);
        let numbers: Vec<u64> = (0..4)
            .map(|delivery| deliveries.begin(100 + delivery, &request("+491", "12"), NOW).unwrap())
            .collect();
        let (mut accepted, mut ended) = ([false; 4], [false; 4]);
        for (choice, reported) in reports {
            let which = usize::try_from(choice).unwrap();
            let number = numbers.get(which).copied().unwrap_or(choice * 1_000);
            match deliveries.check(number, reported) {
                ReportOutcome::Ignored(_) => {}
                ReportOutcome::Forward { delivery, report } => {
                    prop_assert_eq!(delivery, 100 + choice);
                    prop_assert!(!ended[which], "a report after the end");
                    if let Report::Accepted { reference } = &report {
                        prop_assert!(!accepted[which]);
                        prop_assert!(reference.len() <= MAX_DETAIL);
                        accepted[which] = true;
                    }
                    if let Report::TryLater { after, .. } = &report {
                        prop_assert!(!accepted[which] && *after <= MAX_WAIT);
                    }
                    if let Report::Failed { detail, .. } | Report::TryLater { detail, .. } = &report {
                        prop_assert!(detail.len() <= MAX_DETAIL);
                        prop_assert!(detail.chars().all(|character| !character.is_control()));
                    }
                    ended[which] = report.is_final(follows_up);
                }
            }
        }
        prop_assert_eq!(deliveries.is_empty(), ended == [true; 4]);
    }
}

#[test]
fn numbers_are_never_reused() {
    let mut deliveries = Deliveries::new(&[]);
    let mut last = 0;
    for _ in 0..10 {
        let number = deliveries.begin(1, &request("", ""), NOW).unwrap();
        assert!(number > last);
        last = number;
        deliveries.withdraw(number);
    }
}

#[test]
fn too_many_deliveries_are_refused_until_some_have_expired() {
    let mut deliveries = Deliveries::new(&[]);
    for delivery in 0..MAX_DELIVERIES as u64 {
        assert!(deliveries.begin(delivery, &request("", ""), NOW).is_some());
    }
    assert_eq!(deliveries.begin(0, &request("", ""), NOW + GRACE - 1), None);
    assert!(deliveries.begin(0, &request("", ""), NOW + GRACE).is_some());
}

#[test]
fn personal_data_is_redacted_from_everything_that_the_plugin_says() {
    let secret = Zeroizing::new("hunter2!".to_owned());
    let mut deliveries = Deliveries::new(&[secret]);
    let first = deliveries
        .begin(1, &request("+4930123456", "918273"), NOW)
        .unwrap();
    deliveries
        .begin(2, &request("ann@example.org", "556677"), NOW)
        .unwrap();
    let ReportOutcome::Forward { report, .. } = deliveries.check(
        first,
        Ok(PluginReport {
            detail: "hunter2! 91-82-73 ann@example.org 556677".to_owned(),
            ..reported(3)
        }),
    ) else {
        panic!("ignored");
    };
    assert_eq!(
        report,
        Report::Failed {
            reason: Reason::Destination,
            detail: "[redacted]! [redacted] [redacted] [redacted]".to_owned(),
        }
    );
    // The first has ended, but the plugin may still mention it.
    assert_eq!(deliveries.clean("sent 918273", 100), "sent [redacted]");
}

#[test]
fn an_ignored_report_has_a_reason() {
    let mut deliveries = Deliveries::new(&[]);
    let number = deliveries.begin(1, &request("", ""), NOW).unwrap();
    assert!(matches!(
        deliveries.check(number, Ok(reported(2))),
        ReportOutcome::Forward { .. }
    ));
    let again = deliveries.check(number, Ok(reported(2)));
    let unknown = deliveries.check(number + 1, Ok(reported(2)));
    assert!(matches!(again, ReportOutcome::Ignored(why) if why.contains("again")));
    assert!(matches!(unknown, ReportOutcome::Ignored(why) if why.contains("unknown delivery")));
}
