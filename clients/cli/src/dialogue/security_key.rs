//! The dialogue with a person whose security key is plugged in.

use super::key_helper::{self, perform};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::text::visible;
use secinfo_wire::key::{Event, Failure as KeyFailure, Found, Known, Pin, Task, Verification};
use secinfo_wire::names::kind;
use secinfo_wire::{Challenge, Error, Response};
use secinfo_words::{Words, message};
use std::env;
use zeroize::Zeroizing;

/// What a person is asked about a key, and what is known of it so far.
pub(crate) struct KeyDialogue<'a> {
    screen: &'a Screen,
    /// What verified the user on this key before.
    verified: Option<Verified>,
}

/// What verified the user.
enum Verified {
    Pin(Zeroizing<String>),
    Finger,
}

/// What a person has answered with.
pub(crate) enum Answered {
    /// What the key has signed.
    Signed(Response),
    /// That another method is to be asked.
    Another,
    /// Nothing, at the end of input.
    Nothing,
}

/// What was typed for a PIN.
enum TypedPin {
    Verified(Verified),
    Another,
    End,
}

/// Whether a key can be plugged in where the person sits: not at the other end of an SSH connection.
pub(crate) fn is_possible() -> bool {
    !is_remote() && key_helper::is_there()
}

/// Whether this runs at the end of an SSH connection.
pub(crate) fn is_remote() -> bool {
    env::var_os("SSH_CONNECTION").is_some()
}

impl<'a> KeyDialogue<'a> {
    pub(crate) const fn new(screen: &'a Screen) -> Self {
        Self {
            screen,
            verified: None,
        }
    }

    /// Registers a key: finds it, gives it a PIN where it has none, and has it make a credential.
    pub(crate) fn register(&mut self, challenge: &Challenge) -> Result<Response, Failure> {
        let words = self.screen.words;
        let options = asked(challenge)?.options.swap_remove(0);
        let found = self.find_new(&options)?;
        self.screen.note(&words.say(message::AddKeyFound {
            name: visible(&found.name).into(),
        }))?;
        if !found.has_pin && !found.reads_fingerprints {
            let pin = self.choose_pin(&found)?;
            self.verified = Some(Verified::Pin(pin));
        }
        loop {
            let Some(verification) = self.verification() else {
                match self.ask_pin(&found, &self.add_question(&found))? {
                    TypedPin::Verified(verified) => self.verified = Some(verified),
                    TypedPin::Another | TypedPin::End => return Err(self.nothing_added()),
                }
                continue;
            };
            let task = Task::Register {
                key: found.key.clone(),
                options: options.clone(),
                verification,
            };
            let on_touch = || self.screen.note(&words.say(message::AddKeyTouch));
            match perform(task, on_touch)? {
                Some(Event::Signed(json)) => return Ok(Response::Assertion(json)),
                Some(Event::Failed(failure)) => self.on_failure(failure)?,
                _ => return Err(fault(words)),
            }
        }
    }

    /// Has the key that was registered prove that it works.
    pub(crate) fn prove(&mut self, challenge: &Challenge) -> Result<Response, Failure> {
        let again = self.screen.words.say(message::AddKeyTouchAgain);
        match self.sign(challenge, "", &again)? {
            Answered::Signed(response) => Ok(response),
            Answered::Another | Answered::Nothing => Err(self.nothing_added()),
        }
    }

    /// Has one of the user's keys sign.
    pub(crate) fn sign(
        &mut self,
        challenge: &Challenge,
        label: &str,
        touch: &str,
    ) -> Result<Answered, Failure> {
        let words = self.screen.words;
        let Asked { options, known } = asked(challenge)?;
        loop {
            let task = Task::Find {
                options: options.clone(),
                known: known.clone(),
            };
            let found = match perform(task, || Ok(()))? {
                Some(Event::Found(found)) => found,
                Some(Event::Failed(failure @ (KeyFailure::NoKey | KeyFailure::NotTheirs))) => {
                    if failure == KeyFailure::NotTheirs {
                        self.screen.note(&sentence(words, failure))?;
                    }
                    let typed = self.ask(&words.say(message::ProofKeyPlug))?;
                    match typed.as_ref().map(|typed| typed.as_str()) {
                        None => return Ok(Answered::Nothing),
                        Some("?") => return Ok(Answered::Another),
                        Some(_) => continue,
                    }
                }
                Some(Event::Failed(failure)) => return Err(refused(words, failure)),
                _ => return Err(fault(words)),
            };
            let Some(verification) = self.verification() else {
                match self.ask_pin(&found, &self.proof_question(&found, label))? {
                    TypedPin::Verified(verified) => self.verified = Some(verified),
                    TypedPin::Another => return Ok(Answered::Another),
                    TypedPin::End => return Ok(Answered::Nothing),
                }
                continue;
            };
            let task = Task::Assert {
                options: options.clone(),
                known: known.clone(),
                verification,
                spared_tries: 0,
            };
            match perform(task, || self.screen.note(touch))? {
                Some(Event::Signed(json)) => {
                    return Ok(Answered::Signed(Response::Assertion(json)));
                }
                Some(Event::Failed(failure)) => self.on_failure(failure)?,
                _ => return Err(fault(words)),
            }
        }
    }

    /// The key that is to be registered. One that is not plugged in is waited for.
    fn find_new(&self, options: &str) -> Result<Found, Failure> {
        let words = self.screen.words;
        loop {
            let task = Task::Choose {
                options: options.to_owned(),
            };
            let on_touch = || self.screen.note(&words.say(message::AddKeyChoose));
            match perform(task, on_touch)? {
                Some(Event::Found(found)) => return Ok(found),
                Some(Event::Failed(KeyFailure::NoKey)) => {
                    if self.ask(&words.say(message::AddKeyPlug))?.is_none() {
                        return Err(self.nothing_added());
                    }
                }
                Some(Event::Failed(failure)) => return Err(refused(words, failure)),
                _ => return Err(fault(words)),
            }
        }
    }

    /// Has the person choose a PIN for a key that has none.
    fn choose_pin(&self, found: &Found) -> Result<Zeroizing<String>, Failure> {
        let words = self.screen.words;
        loop {
            let question = words.say(message::AddKeyNewPin {
                count: u64::from(found.shortest_pin).to_string().into(),
            });
            let Some(typed) = self.ask_unseen(&question)? else {
                return Err(self.nothing_added());
            };
            let Ok(pin) = Pin::parse(&typed) else {
                self.screen.note(&words.say(message::KeyPinUnfit))?;
                continue;
            };
            let again = self.ask_unseen(&words.say(message::AddKeyNewPinAgain))?;
            if again.as_ref() != Some(&typed) {
                self.screen.note(&words.say(message::AddKeyNewPinDiffers))?;
                continue;
            }
            let task = Task::SetPin {
                key: found.key.clone(),
                pin,
            };
            match perform(task, || Ok(()))? {
                Some(Event::PinSet) => return Ok(typed),
                Some(Event::Failed(failure @ KeyFailure::PinRefused)) => {
                    self.screen.note(&sentence(words, failure))?;
                }
                Some(Event::Failed(failure)) => return Err(refused(words, failure)),
                _ => return Err(fault(words)),
            }
        }
    }

    fn ask_pin(&self, found: &Found, question: &str) -> Result<TypedPin, Failure> {
        loop {
            let Some(typed) = self.ask_unseen(question)? else {
                return Ok(TypedPin::End);
            };
            match typed.as_str() {
                "?" => return Ok(TypedPin::Another),
                "" if found.reads_fingerprints => return Ok(TypedPin::Verified(Verified::Finger)),
                pin if Pin::parse(pin).is_ok() => {
                    return Ok(TypedPin::Verified(Verified::Pin(typed)));
                }
                _ => {
                    let words = self.screen.words;
                    self.screen.note(&words.say(message::KeyPinUnfit))?;
                }
            }
        }
    }

    fn add_question(&self, found: &Found) -> Zeroizing<String> {
        let words = self.screen.words;
        if found.reads_fingerprints {
            words.say(message::AddKeyPinOrFinger)
        } else {
            words.say(message::AddKeyPin)
        }
    }

    fn proof_question(&self, found: &Found, label: &str) -> Zeroizing<String> {
        let words = self.screen.words;
        let label = words.label(kind::SECURITY_KEY, label);
        // What the user has not named goes by its kind.
        let labelled = !label.is_empty() && label != words.kind(kind::SECURITY_KEY);
        if found.reads_fingerprints {
            words.say(message::ProofKeyPinOrFinger {
                labelled,
                label: label.into(),
            })
        } else {
            words.say(message::ProofKeyPin {
                labelled,
                label: label.into(),
            })
        }
    }

    fn verification(&self) -> Option<Verification> {
        Some(match self.verified.as_ref()? {
            Verified::Pin(pin) => Verification::Pin(Pin::parse(pin).ok()?),
            Verified::Finger => Verification::Fingerprint,
        })
    }

    /// Says why a key has not signed, where it can be tried again.
    fn on_failure(&mut self, failure: KeyFailure) -> Result<(), Failure> {
        let words = self.screen.words;
        match failure {
            KeyFailure::WrongPin { .. } | KeyFailure::WrongFinger => {
                self.verified = None;
                self.screen.note(&sentence(words, failure))
            }
            failure => Err(refused(words, failure)),
        }
    }

    fn ask(&self, question: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        self.screen.ask(question)
    }

    fn ask_unseen(&self, question: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        self.screen.ask_as_typed(&format!("{question} "), false)
    }

    fn nothing_added(&self) -> Failure {
        Failure::NotVerified(self.screen.words.say(message::AddKeyNone).to_string())
    }
}

/// What keys are asked.
struct Asked {
    /// The options, the host's own first.
    options: Vec<String>,
    /// The public keys of the user's credentials: no device is told a PIN that has not signed with one of them.
    known: Vec<Known>,
}

fn asked(challenge: &Challenge) -> Result<Asked, Failure> {
    match challenge {
        Challenge::Assertion {
            options,
            further_options,
            known,
        } => Ok(Asked {
            options: std::iter::once(options)
                .chain(further_options)
                .cloned()
                .collect(),
            known: known.clone(),
        }),
        other => {
            let form = other.form();
            let what = format!("a challenge of the form {form}, where an assertion is asked for");
            Err(Error::Protocol(what).into())
        }
    }
}

fn refused(words: Words, failure: KeyFailure) -> Failure {
    Failure::Refused(ending(&sentence(words, failure)))
}

fn fault(words: Words) -> Failure {
    Failure::Refused(ending(&words.say(message::KeyFault)))
}

/// A sentence behind the command's name and a colon.
fn ending(sentence: &str) -> String {
    sentence.trim_end_matches('.').to_owned()
}

/// Why a key has not done what it was asked, and what to do next.
fn sentence(words: Words, failure: KeyFailure) -> Zeroizing<String> {
    match failure {
        KeyFailure::NoKey => words.say(message::KeyNoKey),
        KeyFailure::NotTheirs => words.say(message::KeyNotTheirs),
        KeyFailure::AlreadyRegistered => words.say(message::KeyAlreadyRegistered),
        KeyFailure::SeveralKeys => words.say(message::KeySeveralKeys),
        KeyFailure::NotPermitted => words.say(message::KeyNotPermitted),
        KeyFailure::NoPin => words.say(message::KeyNoPin),
        KeyFailure::WrongPin { tries } => words.say(message::KeyWrongPin {
            tries: tries.to_string().into(),
        }),
        KeyFailure::FewTries { tries } => words.say(message::KeyFewTries {
            tries: tries.to_string().into(),
        }),
        KeyFailure::Replug => words.say(message::KeyReplug),
        KeyFailure::PinBlocked => words.say(message::KeyPinBlocked),
        KeyFailure::PinRefused => words.say(message::KeyPinRefused),
        KeyFailure::WrongFinger => words.say(message::KeyWrongFinger),
        KeyFailure::NotTouched => words.say(message::KeyNotTouched),
        KeyFailure::Busy => words.say(message::KeyBusy),
        KeyFailure::Unplugged => words.say(message::KeyUnplugged),
        KeyFailure::NotAnswering => words.say(message::KeyNotAnswering),
        KeyFailure::Unsupported => words.say(message::KeyUnsupported),
        KeyFailure::Refused { status } => words.say(message::KeyRefused {
            status: status.to_string().into(),
        }),
        KeyFailure::BadRequest => words.say(message::KeyFault),
    }
}
