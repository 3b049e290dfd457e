//! A limit on the lines of the daemon's log. One account can cause some of them as often as it calls, and
//! must not drown the others, nor fill the disk with them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tracing::callsite::Identifier;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// How many lines of one kind are written within [`WINDOW`].
const MOST: u32 = 60;

/// The time over which lines are counted.
const WINDOW: Duration = Duration::from_mins(1);

/// Lets through so many lines from each place in the code, and says how many were left out. There are
/// no more places than the code has.
#[derive(Default)]
pub(crate) struct LineLimit(Mutex<HashMap<Identifier, Lines>>);

/// The lines of one kind.
struct Lines {
    since: Instant,
    count: u32,
    left_out: u64,
}

impl Lines {
    const fn begun(now: Instant) -> Self {
        Self {
            since: now,
            count: 0,
            left_out: 0,
        }
    }

    /// Whether one more is written at `now`, and if so, how many were left out before it.
    fn take(&mut self, now: Instant) -> Option<u64> {
        let mut left_out = 0;
        if now.duration_since(self.since) >= WINDOW {
            left_out = self.left_out;
            *self = Self::begun(now);
        }
        if self.count < MOST {
            self.count += 1;
            Some(left_out)
        } else {
            self.left_out += 1;
            None
        }
    }
}

impl<S: Subscriber> Layer<S> for LineLimit {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let now = Instant::now();
        let taken = {
            let mut kinds = self
                .0
                .lock()
                .expect("nothing panics while it holds the lines");
            let lines = kinds.entry(event.metadata().callsite());
            lines.or_insert_with(|| Lines::begun(now)).take(now)
        };
        if let Some(left_out @ 1..) = taken {
            tracing::warn!(
                left_out,
                "lines like the next one were too many, and were left out"
            );
        }
        taken.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn so_many_lines_of_a_kind_are_written_and_the_others_counted() {
        let now = Instant::now();
        let mut lines = Lines::begun(now);
        let written = (0..1000).filter(|_| lines.take(now).is_some()).count();
        assert_eq!(written, 60);
        assert_eq!(lines.take(now + WINDOW), Some(940));
        assert_eq!(lines.take(now + WINDOW), Some(0));
    }

    #[test]
    fn one_kind_of_lines_leaves_the_others_their_room() {
        let limit = LineLimit::default();
        let written = Arc::new(Mutex::new(Vec::new()));
        let told = tracing_subscriber::fmt::layer().with_writer({
            let written = Arc::clone(&written);
            move || Written(Arc::clone(&written))
        });
        let subscriber = tracing_subscriber::registry().with(limit).with(told);
        tracing::subscriber::with_default(subscriber, || {
            for _ in 0..500 {
                tracing::warn!("a flood");
            }
            tracing::warn!("what matters");
        });
        let written = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert_eq!(written.matches("a flood").count(), 60);
        assert_eq!(written.matches("what matters").count(), 1);
    }

    struct Written(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
}
