//! What is done for each request.

use crate::answer;
use crate::connection::Connection;
use crate::key::{Key, Touch, answering, id, plugged_in};
use crate::options::{CreationOptions, KnownKeys, RequestOptions};
use crate::search::{self, holder};
use ctap_hid_fido2::HidParam;
use data_encoding::BASE64URL_NOPAD;
use secinfo_wire::key::{
    Event, Failure, Found, Known, Pin, Request, TOUCH_SECONDS, Task, Verification,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a touch is waited for.
const TOUCH: Duration = Duration::from_secs(TOUCH_SECONDS);

/// Does what is asked. The event ends the request.
pub(crate) fn perform(request: Request, connection: &Connection) -> Event {
    let done = match request.task {
        Task::Find { options, known } => find(&options, &known).map(Event::Found),
        Task::Assert {
            options,
            known,
            verification,
            spared_tries,
        } => {
            let asked = (options.as_slice(), known.as_slice());
            assert(asked, &verification, spared_tries, connection).map(Event::Signed)
        }
        Task::Choose { options } => choose(&options, connection).map(Event::Found),
        Task::Register {
            key,
            options,
            verification,
        } => register(&key, &options, &verification, connection).map(Event::Signed),
        Task::SetPin { key, pin } => set_pin(&key, &pin).map(|()| Event::PinSet),
    };
    done.unwrap_or_else(Event::Failed)
}

fn touch(connection: &Connection) -> Touch {
    Touch {
        deadline: Instant::now() + TOUCH,
        stop: connection.closed(),
        wanted: connection.on_touch(),
    }
}

fn find(options: &[String], known: &[Known]) -> Result<Found, Failure> {
    let options = Arc::new(RequestOptions::parse(options)?);
    let holder = holder(&options, KnownKeys::parse(known)?)?;
    holder.key.found(Some(BASE64URL_NOPAD.encode(&holder.id)))
}

fn assert(
    (options, known): (&[String], &[Known]),
    verification: &Verification,
    spared_tries: u8,
    connection: &Connection,
) -> Result<String, Failure> {
    let options = Arc::new(RequestOptions::parse(options)?);
    let holder = holder(&options, KnownKeys::parse(known)?)?;
    let tries = holder.key.tries()?;
    if let Verification::Pin(_) = verification {
        if !holder.key.has_pin() {
            return Err(Failure::NoPin);
        }
        if tries == 0 {
            return Err(Failure::PinBlocked);
        }
        if tries <= spared_tries {
            return Err(Failure::FewTries { tries });
        }
    }
    let options = options.get(holder.options).ok_or(Failure::NotTheirs)?;
    let client_data = options.client_data();
    let touch = touch(connection);
    let key = &holder.key;
    let signed = key.assert(options, &holder.id, &client_data, verification, touch);
    let signed = signed.map_err(|failure| match (failure, key.tries()) {
        // To the third wrong PIN in a row a key says the same as to all after it, which cost no try.
        (Failure::Replug, Ok(left)) if left < tries => Failure::WrongPin { tries: left },
        (failure, _) => failure,
    })?;
    let answering = answering(
        signed.credential_id.clone(),
        std::slice::from_ref(&holder.id),
    );
    let id = answering.ok_or(Failure::NotAnswering)?;
    Ok(answer::assertion(&signed, &id, &client_data))
}

fn choose(options: &str, connection: &Connection) -> Result<Found, Failure> {
    let options = CreationOptions::parse(options)?;
    let mut keys: Vec<_> = search::each(Ok)?.iter().collect();
    keys.sort_by_key(|(number, _)| *number);
    let mut keys: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
    let key = if keys.len() == 1 {
        keys.remove(0)?
    } else {
        chosen(keys.into_iter().flatten().collect(), connection)?
    };
    check_excluded(&key, &options)?;
    key.found(None)
}

/// The key that is touched. The others are told to give up.
fn chosen(mut keys: Vec<Key>, connection: &Connection) -> Result<Key, Failure> {
    if keys.len() == 1 {
        return Ok(keys.remove(0));
    }
    let over = Arc::new(AtomicBool::new(false));
    let closed = connection.closed();
    let waited = thread::scope(|scope| {
        let running: Vec<_> = keys
            .iter()
            .map(|key| {
                let touch = Touch {
                    stop: Arc::clone(&over),
                    ..touch(connection)
                };
                let over = Arc::clone(&over);
                scope.spawn(move || {
                    let chosen = key.chosen(touch);
                    if chosen.is_ok() {
                        over.store(true, Ordering::Relaxed);
                    }
                    chosen
                })
            })
            .collect();
        while !running.iter().all(thread::ScopedJoinHandle::is_finished) {
            if closed.load(Ordering::Relaxed) {
                over.store(true, Ordering::Relaxed);
            }
            thread::sleep(Duration::from_millis(50));
        }
        let waited = running.into_iter();
        let waited = waited.map(|thread| thread.join().unwrap_or(Err(Failure::NotAnswering)));
        waited.collect::<Vec<_>>()
    });
    match waited.iter().position(Result::is_ok) {
        Some(index) => Ok(keys.swap_remove(index)),
        None => Err(waited
            .into_iter()
            .find_map(Result::err)
            .unwrap_or(Failure::NoKey)),
    }
}

/// Refuses a key that holds a credential of the user already, before it is touched.
fn check_excluded(key: &Key, options: &CreationOptions) -> Result<(), Failure> {
    let excluded = options.exclude_credentials.iter();
    let excluded: Vec<_> = excluded.map(|listed| listed.id.0.clone()).collect();
    match key.held(&options.rp.id, &excluded, &KnownKeys::NONE, &mut key.left())? {
        Some(_) => Err(Failure::AlreadyRegistered),
        None => Ok(()),
    }
}

/// The key that was found before.
fn found_before(name: &str) -> Result<Key, Failure> {
    let keys = plugged_in();
    let named = keys
        .iter()
        .find(|info| matches!(&info.param, HidParam::Path(path) if id(path) == name));
    Key::open(named.ok_or(Failure::Unplugged)?)
}

fn register(
    name: &str,
    options: &str,
    verification: &Verification,
    connection: &Connection,
) -> Result<String, Failure> {
    let options = CreationOptions::parse(options)?;
    let key = found_before(name)?;
    check_excluded(&key, &options)?;
    if matches!(verification, Verification::Pin(_)) && !key.has_pin() {
        return Err(Failure::NoPin);
    }
    let client_data = options.client_data();
    let made = key.make(&options, &client_data, verification, touch(connection))?;
    let answer = answer::credential(&made, &options, &client_data, key.transports());
    answer.ok_or(Failure::Unsupported)
}

fn set_pin(name: &str, pin: &Pin) -> Result<(), Failure> {
    let key = found_before(name)?;
    if key.has_pin() {
        return Err(Failure::PinRefused);
    }
    key.set_pin(pin.expose())
}
