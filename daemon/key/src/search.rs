//! Finds the right one of the keys that are plugged in, without PIN and touch.

use crate::key::{Key, QUICK, plugged_in};
use crate::options::{KnownKeys, RequestOptions};
use secinfo_wire::key::Failure;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

/// A key that holds one of the credentials.
pub(crate) struct Holder {
    pub(crate) key: Key,
    /// Which of the options have it, and its id.
    pub(crate) options: usize,
    pub(crate) id: Vec<u8>,
    /// Where it stands among all credentials.
    place: usize,
}

/// What came of a key, with its number among those that are plugged in.
type Done<T> = (usize, Result<T, Failure>);

/// Opens every key that is plugged in, each in a thread of its own, so that one that does not answer keeps
/// no other waiting. Each comes as soon as it is done.
pub(crate) fn each<T: Send + 'static>(
    work: impl Fn(Key) -> Result<T, Failure> + Send + Sync + 'static,
) -> Result<Receiver<Done<T>>, Failure> {
    let keys = plugged_in();
    if keys.is_empty() {
        return Err(Failure::NoKey);
    }
    let work = Arc::new(work);
    let (sender, done) = mpsc::channel();
    for (number, info) in keys.into_iter().enumerate() {
        let (work, to) = (Arc::clone(&work), sender.clone());
        // What is still running ends with the process.
        let started = thread::Builder::new().spawn(move || {
            let opened = || Key::open(&info).and_then(|key| work(key));
            let panicked = Err(Failure::NotAnswering);
            let done = catch_unwind(AssertUnwindSafe(opened)).unwrap_or(panicked);
            // It may have been found elsewhere meanwhile.
            let _ = to.send((number, done));
        });
        if started.is_err() {
            let _ = sender.send((number, Err(Failure::NotAnswering)));
        }
    }
    Ok(done)
}

/// Finds the key that holds one of the credentials: of several the one whose credential is named first. Where
/// that has answered no other is waited for, and otherwise only for as long as a key may take.
pub(crate) fn holder(
    options: &Arc<Vec<RequestOptions>>,
    known: KnownKeys,
) -> Result<Holder, Failure> {
    let options = Arc::clone(options);
    let searched = each(move |key| held(key, &options, &known))?;
    let others = Instant::now() + QUICK;
    let mut found: Option<Holder> = None;
    let mut failed: Option<(usize, Failure)> = None;
    loop {
        let next = if found.is_some() {
            let left = others.saturating_duration_since(Instant::now());
            searched.recv_timeout(left).ok()
        } else {
            searched.recv().ok()
        };
        match next {
            None => break,
            Some((_, Ok(None))) => {}
            Some((_, Ok(Some(holder)))) if holder.place == 0 => return Ok(holder),
            Some((_, Ok(Some(holder)))) => {
                let before = found.take().filter(|found| found.place < holder.place);
                found = before.or(Some(holder));
            }
            Some((number, Err(failure))) => {
                let before = failed.filter(|(first, _)| *first < number);
                failed = before.or(Some((number, failure)));
            }
        }
    }
    // What kept a key from answering says more than that others hold nothing.
    let failure = failed.map_or(Failure::NotTheirs, |(_, failure)| failure);
    found.ok_or(failure)
}

fn held(
    key: Key,
    options: &[RequestOptions],
    known: &KnownKeys,
) -> Result<Option<Holder>, Failure> {
    let mut before = 0;
    let mut left = key.left();
    for (index, options) in options.iter().enumerate() {
        let listed = options.allow_credentials.iter();
        let ids: Vec<_> = listed.map(|listed| listed.id.0.clone()).collect();
        if let Some(id) = key.held(&options.rp_id, &ids, known, &mut left)? {
            let within = ids.iter().position(|known| *known == id);
            return Ok(Some(Holder {
                key,
                options: index,
                id,
                place: before + within.unwrap_or(ids.len()),
            }));
        }
        before += ids.len();
    }
    Ok(None)
}
