//! A thread that works ahead while the writer waits for the disk: it answers the commands of the former
//! batch, and decides those that wait on the state that the batch in the writer's hands will come to.

use super::batch::{Answers, Batch};
use super::clock::Clock;
use super::queue::Queue;
use secinfo_domain::Room;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// A handle on the thread. It ends with this.
pub(super) struct Ahead {
    tasks: Sender<Task>,
    done: Receiver<(Batch, Queue)>,
}

/// What is to be done while one batch is being appended.
pub(super) struct Task {
    /// Of the batch before it, which is on disk.
    pub(super) answers: Answers,
    /// The batch after it, without commands as yet.
    pub(super) next: Batch,
    /// Where its commands wait.
    pub(super) queue: Queue,
    /// How much room there is on the disk.
    pub(super) room: Room,
}

impl Ahead {
    pub(super) fn start(clock: Arc<dyn Clock>) -> io::Result<Self> {
        let (tasks, given) = channel::<Task>();
        let (finished, done) = channel();
        let work = move || {
            for mut task in given {
                task.answers.send();
                let commands = task.next.more_of(&mut task.queue);
                task.next.decide(commands, clock.now(), task.room);
                if finished.send((task.next, task.queue)).is_err() {
                    break;
                }
            }
        };
        std::thread::Builder::new()
            .name("writer-ahead".to_owned())
            .spawn(work)?;
        Ok(Self { tasks, done })
    }

    /// Does the task beside `append`: what that returns, the next batch, and the queue.
    pub(super) fn beside<T>(&self, task: Task, append: impl FnOnce() -> T) -> (T, Batch, Queue) {
        const ALIVE: &str = "the thread lives as long as its handle, unless deciding panicked";
        self.tasks.send(task).map_err(|_| ()).expect(ALIVE);
        let appended = append();
        let (next, queue) = self.done.recv().expect(ALIVE);
        (appended, next, queue)
    }
}
