//! A stack as data, and what Linux-PAM makes of it.
//!
//! [`Progress::step`] is what libpam's dispatcher does between two modules: it keeps an impression
//! and a status, and saves both where a substack begins. Running a stack and searching through all
//! that it can do go through that one function.

use crate::codes::{Action, Actions, Code};

/// The location of a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// What an entry of a stack does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Calls a module.
    Module {
        /// As it is written.
        path: String,
        /// What the module is told.
        arguments: Vec<String>,
        /// With a '-': that the module is missing is not logged.
        silent: bool,
    },
    /// Marks where a substack begins.
    Substack,
    /// Fails without a module: the line is malformed.
    MustFail,
}

/// One entry of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub location: Location,
    /// How many substacks it is in.
    pub level: usize,
    /// What it does.
    pub work: Work,
    /// Its second word as it is written, with its brackets.
    pub control: String,
    /// What becomes of what it returns.
    pub actions: Actions,
}

/// How it looks so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Impression {
    Undefined,
    Positive,
    Negative,
}

/// What libpam keeps between two modules of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Progress {
    next: usize,
    impression: Impression,
    status: Code,
    level: usize,
    saved: Vec<(Impression, Code)>,
}

impl Progress {
    /// Before the first entry.
    pub fn start() -> Self {
        Self {
            next: 0,
            impression: Impression::Undefined,
            status: Code::PERM_DENIED,
            level: 0,
            saved: vec![(Impression::Undefined, Code::PERM_DENIED)],
        }
    }

    /// The entry whose turn it is; `None` at the end. Marks of substacks are passed over.
    pub fn turn(&mut self, stack: &[Entry]) -> Option<usize> {
        while let Some(entry) = stack.get(self.next) {
            self.enter(entry.level);
            if entry.work != Work::Substack {
                return Some(self.next);
            }
            self.next += 1;
        }
        None
    }

    fn enter(&mut self, level: usize) {
        if self.level < level {
            let outside = (self.impression, self.status);
            self.saved.resize(level, outside);
            self.saved.push(outside);
        }
        self.level = level;
    }

    /// The entry whose turn it is once the one at `index` has returned `code`; `None` at the end.
    pub fn landing(stack: &[Entry], index: usize, code: Code) -> Option<usize> {
        let level = stack.get(index)?.level;
        let outside = (Impression::Undefined, Code::PERM_DENIED);
        let mut progress = Self {
            next: index,
            level,
            saved: vec![outside; level + 1],
            ..Self::start()
        };
        progress.step(stack, code);
        progress.turn(stack)
    }

    /// Goes on after the entry whose turn it was returned `code`.
    pub fn step(&mut self, stack: &[Entry], code: Code) {
        let entry = &stack[self.next];
        match entry.actions.of(code) {
            Action::Ignore => {}
            Action::Reset => (self.impression, self.status) = self.saved[entry.level],
            Action::Ok => self.count(code),
            Action::Done => {
                self.count(code);
                if self.impression == Impression::Positive {
                    self.leave(stack);
                }
            }
            Action::Bad => self.fail(code),
            Action::Die => {
                self.fail(code);
                self.leave(stack);
            }
            Action::Jump(count) => self.jump(stack, count),
        }
        self.next += 1;
    }

    fn count(&mut self, code: Code) {
        let replaceable = match self.impression {
            Impression::Undefined => true,
            Impression::Positive => self.status == Code::SUCCESS,
            Impression::Negative => false,
        };
        if replaceable {
            self.impression = Impression::Positive;
            self.status = code;
        }
    }

    fn fail(&mut self, code: Code) {
        if self.impression != Impression::Negative {
            self.impression = Impression::Negative;
            self.status = if code == Code::IGNORE {
                Code::PERM_DENIED
            } else {
                code
            };
        }
    }

    /// To the last entry of this stack or substack.
    fn leave(&mut self, stack: &[Entry]) {
        let level = stack[self.next].level;
        while self.following(stack).is_some_and(|next| next >= level) {
            self.next += 1;
        }
    }

    /// Over `count` entries, where a substack with all that is in it is one.
    fn jump(&mut self, stack: &[Entry], count: u32) {
        let level = stack[self.next].level;
        let mut left = count;
        while left > 0 && self.following(stack).is_some_and(|next| next >= level) {
            self.next += 1;
            while self.following(stack).is_some_and(|next| next > level) {
                self.next += 1;
            }
            left -= 1;
        }
        if left > 0 {
            self.impression = Impression::Negative;
            self.status = Code::PERM_DENIED;
        }
    }

    fn following(&self, stack: &[Entry]) -> Option<usize> {
        stack.get(self.next + 1).map(|entry| entry.level)
    }

    /// The index of the entry that comes next.
    pub const fn position(&self) -> usize {
        self.next
    }

    /// What the whole stack returns, once there is no turn left.
    pub fn result(&self) -> Code {
        if self.status == Code::SUCCESS && self.impression != Impression::Positive {
            Code::PERM_DENIED
        } else {
            self.status
        }
    }
}

/// What a stack returns when its modules return what `module` says of them.
#[cfg(test)]
pub fn run(stack: &[Entry], mut module: impl FnMut(&Entry) -> Code) -> Code {
    let mut progress = Progress::start();
    while let Some(turn) = progress.turn(stack) {
        let entry = &stack[turn];
        let code = match entry.work {
            Work::MustFail => Code::PERM_DENIED,
            _ => module(entry),
        };
        progress.step(stack, code);
    }
    progress.result()
}
