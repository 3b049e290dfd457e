//! What goes beyond one's own is asked of polkit, and only a yes is a yes. polkit is played by a
//! service of the test's own on the private bus.

use super::house::{DESK, MANAGE, NAME, READ, ROOM, ROOT, Served, room};
use super::private_bus::{Anything, Client, DAEMON, NOBODY, PrivateBus};
use futures_util::future::join_all;
use secinfod::bus::{Authorizer, Limits, PolkitDeadlines, connect};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use zbus::proxy::MethodFlags;
use zbus::{OwnedVariant, Proxy, fdo};

const NOT_AUTHORIZED: &str = "org.secinfo.SecurityInfo1.Error.NotAuthorized";

#[derive(Clone, Copy)]
enum Answer {
    Yes,
    No,
    Error,
    Silence,
    /// The same, and nothing is decided by the clock.
    Forever,
}

/// What polkit was asked: subject, action, flags.
type Asked = (String, String, u32);

#[derive(Clone)]
struct Polkit {
    answer: Answer,
    asked: Arc<Mutex<Vec<Asked>>>,
    cancelled: tokio::sync::watch::Sender<usize>,
}

#[zbus::interface(name = "org.freedesktop.PolicyKit1.Authority")]
impl Polkit {
    async fn check_authorization(
        &self,
        subject: (String, HashMap<String, OwnedVariant>),
        action: String,
        details: HashMap<String, String>,
        flags: u32,
        cancellation_id: String,
    ) -> fdo::Result<(bool, bool, HashMap<String, String>)> {
        let (kind, subject) = subject;
        assert_eq!(kind, "system-bus-name");
        assert!(details.is_empty(), "only root may give details");
        assert!(!cancellation_id.is_empty());
        let name = String::try_from(subject["name"].try_clone().unwrap()).unwrap();
        self.asked.lock().unwrap().push((name, action, flags));
        match self.answer {
            Answer::Yes => Ok((true, false, HashMap::new())),
            // "Could be, if someone were asked" is no.
            Answer::No => Ok((false, true, HashMap::new())),
            Answer::Error => Err(fdo::Error::Failed("as asked".into())),
            Answer::Silence | Answer::Forever => std::future::pending().await,
        }
    }

    fn cancel_check_authorization(&self, cancellation_id: &str) {
        assert!(!cancellation_id.is_empty());
        self.cancelled.send_modify(|count| *count += 1);
    }
}

struct Asking {
    served: Served,
    polkit: Polkit,
    _authority: Option<Client>,
}

/// A house that asks polkit, which answers so, or is not there.
async fn asking(answer: Option<Answer>) -> Asking {
    let bus = PrivateBus::start();
    let polkit = Polkit {
        answer: answer.unwrap_or(Answer::No),
        asked: Arc::default(),
        cancelled: tokio::sync::watch::Sender::new(0),
    };
    let mut authority = None;
    if answer.is_some() {
        let client = bus.client(0).await;
        let path = "/org/freedesktop/PolicyKit1/Authority";
        client
            .connection
            .object_server()
            .at(path, polkit.clone())
            .await
            .unwrap();
        client
            .connection
            .request_name("org.freedesktop.PolicyKit1")
            .await
            .unwrap();
        authority = Some(client);
    }
    let connection = connect(Some(&bus.address())).await.unwrap();
    // Silence is decided by the clock; how long it takes is not looked at.
    let quick = if matches!(answer, Some(Answer::Silence)) {
        50
    } else {
        60_000
    };
    let deadlines = PolkitDeadlines {
        quick: Duration::from_millis(quick),
        interactive: Duration::from_mins(1),
    };
    let authorizer = Authorizer::polkit(&connection, deadlines).await.unwrap();
    let served = Served::on(bus, connection, authorizer, Limits::default()).await;
    Asking {
        served,
        polkit,
        _authority: authority,
    }
}

#[tokio::test]
async fn polkits_yes_lets_a_stranger_in() {
    let asking = asking(Some(Answer::Yes)).await;
    let client = asking.served.bus.client(NOBODY).await;
    let why: String = client.call(ROOT, DESK, "Close", &()).await.unwrap();
    assert_eq!(why, format!("Action({MANAGE:?})"));
    let why: String = client.call(ROOT, DESK, "Greet", &0_u32).await.unwrap();
    assert_eq!(why, format!("Action({READ:?})"));
    let (): () = client
        .call(&room(0), ROOM, "Rename", &"theirs")
        .await
        .unwrap();
    let asked = [MANAGE, READ, MANAGE].map(|action| (client.name(), action.id().to_owned(), 0));
    assert_eq!(*asking.polkit.asked.lock().unwrap(), asked);
    // What no action opens is not asked about.
    assert_eq!(
        client.refused(&room(0), ROOM, "Burn", &()).await,
        NOT_AUTHORIZED
    );
    assert_eq!(asking.polkit.asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn root_alone_may_where_the_row_says_so_whatever_polkit_says() {
    let asking = asking(Some(Answer::Yes)).await;
    let stranger = asking.served.bus.client(NOBODY).await;
    assert_eq!(
        stranger.refused(ROOT, DESK, "Vault", &()).await,
        NOT_AUTHORIZED
    );
    assert!(asking.polkit.asked.lock().unwrap().is_empty());
    let root = asking.served.bus.client(0).await;
    let why: String = root.call(ROOT, DESK, "Vault", &()).await.unwrap();
    assert_eq!(why, "Root");
}

#[tokio::test]
async fn a_pipe_goes_over_the_bus() {
    use std::io::Write;
    let asking = asking(None).await;
    let root = asking.served.bus.client(0).await;
    let (theirs, mut ours) = std::io::pipe().unwrap();
    ours.write_all(b"through the pipe").unwrap();
    drop(ours);
    let text: String = root
        .call(ROOT, DESK, "Pipe", &zbus::Fd::from(&theirs))
        .await
        .unwrap();
    assert_eq!(text, "through the pipe");
    drop(theirs);
}

#[tokio::test]
async fn a_person_is_asked_only_when_the_call_allows_it() {
    let asking = asking(Some(Answer::Yes)).await;
    let client = asking.served.bus.client(NOBODY).await;
    let proxy = Proxy::new(&client.connection, NAME, ROOT, DESK)
        .await
        .unwrap();
    for flags in [MethodFlags::ALLOW_INTERACTIVE_AUTH, MethodFlags::empty()] {
        let _: Option<String> = proxy.call_with_flags("Close", flags, &()).await.unwrap();
    }
    let flags: Vec<_> = asking
        .polkit
        .asked
        .lock()
        .unwrap()
        .iter()
        .map(|(.., flags)| *flags)
        .collect();
    assert_eq!(flags, [1, 0]);
}

#[tokio::test]
async fn root_and_owners_are_not_asked_about() {
    let asking = asking(Some(Answer::No)).await;
    let root = asking.served.bus.client(0).await;
    let owner = asking.served.bus.client(NOBODY).await;
    let _: String = root.call(ROOT, DESK, "Close", &()).await.unwrap();
    let (): () = root
        .call(&room(NOBODY), ROOM, "Rename", &"cell")
        .await
        .unwrap();
    let (): () = owner
        .call(&room(NOBODY), ROOM, "Rename", &"den")
        .await
        .unwrap();
    assert!(asking.polkit.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_an_error_and_a_missing_polkit_are_a_no() {
    for answer in [Some(Answer::No), Some(Answer::Error), None] {
        let asking = asking(answer).await;
        let client = asking.served.bus.client(NOBODY).await;
        assert_eq!(
            client.refused(ROOT, DESK, "Close", &()).await,
            NOT_AUTHORIZED
        );
        assert_eq!(
            client.refused(&room(0), ROOM, "Rename", &"mine").await,
            NOT_AUTHORIZED
        );
        assert_eq!(
            client.refused(&room(4242), ROOM, "Rename", &"mine").await,
            NOT_AUTHORIZED
        );
        let asked = asking.polkit.asked.lock().unwrap().len();
        assert_eq!(asked, if answer.is_some() { 3 } else { 0 });
    }
}

#[tokio::test]
async fn silence_is_a_no_and_the_question_is_withdrawn() {
    let asking = asking(Some(Answer::Silence)).await;
    let client = asking.served.bus.client(NOBODY).await;
    assert_eq!(
        client.refused(ROOT, DESK, "Close", &()).await,
        NOT_AUTHORIZED
    );
    asking
        .polkit
        .cancelled
        .subscribe()
        .wait_for(|count| *count == 1)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_question_is_withdrawn_when_who_asked_leaves_the_bus() {
    let asking = asking(Some(Answer::Forever)).await;
    let client = asking.served.bus.client(NOBODY).await;
    let asked = asking.polkit.asked.clone();
    let calling = async { client.call::<_, Anything>(ROOT, DESK, "Close", &()).await };
    tokio::select! {
        answer = calling => panic!("{answer:?}"),
        () = until(|| asked.lock().unwrap().len() == 1) => {}
    }
    drop(client);
    let mut cancelled = asking.polkit.cancelled.subscribe();
    cancelled.wait_for(|count| *count == 1).await.unwrap();
}

#[tokio::test]
async fn polkit_has_few_questions_about_one_user_before_it() {
    let asking = asking(Some(Answer::Forever)).await;
    let asked = asking.polkit.asked.clone();
    let client = asking.served.bus.client(NOBODY).await;
    let other = asking.served.bus.client(DAEMON).await;
    let flood = join_all((0..16).map(|_| client.call::<_, Anything>(ROOT, DESK, "Close", &())));
    let (theirs, others) = (client.name(), other.name());
    let count = |name: &str| {
        let asked = asked.lock().unwrap();
        asked.iter().filter(|(who, ..)| who == name).count()
    };
    let beside = async {
        until(|| count(&theirs) == 4).await;
        // What another user asks comes through, behind all of the flood.
        tokio::select! {
            _ = other.call::<_, Anything>(ROOT, DESK, "Close", &()) => panic!("there is no answer"),
            () = until(|| count(&others) == 1) => {}
        }
    };
    tokio::select! {
        _ = flood => panic!("there is no answer"),
        () = beside => {}
    }
    assert_eq!(count(&theirs), 4);
}

/// Returns when it is so, for which other tasks have to run.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn without_polkit_in_the_configuration_only_root_may() {
    let served = Served::start().await;
    let root = served.bus.client(0).await;
    let client = served.bus.client(NOBODY).await;
    let _: String = root.call(ROOT, DESK, "Close", &()).await.unwrap();
    assert_eq!(
        client.refused(ROOT, DESK, "Close", &()).await,
        NOT_AUTHORIZED
    );
}
