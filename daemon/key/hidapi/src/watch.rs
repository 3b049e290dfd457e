//! What limits the calls of one thread: until when they may take, who may end them, and who learns that
//! the key wants to be touched.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
    static TROUBLE: RefCell<Option<Trouble>> = const { RefCell::new(None) };
}

/// Limits of what one thread does.
pub struct Watch {
    /// When the device is told to give up what it does.
    pub deadline: Instant,
    /// Set by another thread that wants it to give up.
    pub stop: Arc<AtomicBool>,
    /// Called when the device begins to wait for a touch.
    pub on_touch: Box<dyn FnMut()>,
}

impl Watch {
    /// A limit of this length, for what needs no touch.
    pub fn lasting(length: Duration) -> Self {
        Self {
            deadline: Instant::now() + length,
            stop: Arc::default(),
            on_touch: Box::new(|| {}),
        }
    }
}

/// Why a device was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It cannot be opened by this user.
    #[error("this user may not use the device")]
    NotPermitted,
    /// It is gone.
    #[error("the device was unplugged")]
    Unplugged,
    /// It said nothing for too long.
    #[error("the device does not answer")]
    Silent,
    /// It worked until its time was over.
    #[error("the device was not finished in time")]
    Late,
    /// What it said breaks the protocol.
    #[error("the device breaks the protocol")]
    Garbled,
}

/// Does work that calls devices within limits, and tells what trouble there was with one.
pub fn watched<T>(watch: Watch, work: impl FnOnce() -> T) -> (T, Option<Trouble>) {
    TROUBLE.take();
    let before = WATCH.replace(Some(watch));
    let done = work();
    WATCH.set(before);
    (done, TROUBLE.take())
}

/// Keeps what has happened, for who watches.
pub(crate) fn report(trouble: Trouble) -> Trouble {
    TROUBLE.set(Some(trouble));
    trouble
}

/// Whether it is time to give up. Without a watch it never is.
pub(crate) fn is_over() -> bool {
    WATCH.with_borrow(|watch| {
        watch.as_ref().is_some_and(|watch| {
            watch.stop.load(Ordering::Relaxed) || Instant::now() >= watch.deadline
        })
    })
}

/// Tells who watches that the key wants to be touched.
pub(crate) fn touch_wanted() {
    WATCH.with_borrow_mut(|watch| {
        if let Some(watch) = watch {
            (watch.on_touch)();
        }
    });
}
