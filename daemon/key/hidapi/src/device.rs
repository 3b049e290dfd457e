//! One device that is open.

use crate::frames::{FRAME, Frame, Frames};
use crate::watch::{self, Trouble};
use crate::{HidError, HidResult};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use std::cell::RefCell;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// How long a device may say nothing. While it works it says so every 100 ms.
const SILENCE: Duration = Duration::from_millis(1500);
/// How long it may take to give up.
const GIVING_UP: Duration = Duration::from_secs(1);
/// How often it is looked whether the time is over.
const GLANCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// A device that is open.
pub struct HidDevice {
    file: OwnedFd,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    frames: Frames,
    /// When it was told to give up what it does.
    cancelled: Option<Instant>,
}

impl HidDevice {
    pub(crate) fn new(file: OwnedFd) -> Self {
        Self {
            file,
            state: RefCell::default(),
        }
    }

    /// Sends a report: its number, which is zero, and one frame.
    ///
    /// # Errors
    /// [`HidError`], when the device does not take it.
    pub fn write(&self, report: &[u8]) -> HidResult<usize> {
        let frame = report.get(1..).and_then(|frame| frame.try_into().ok());
        let frame: &[u8; FRAME] = frame.ok_or(Trouble::Garbled)?;
        let mut state = self.state.borrow_mut();
        state.frames.sent(frame);
        if frame[4] & 0x80 != 0 {
            state.cancelled = None;
        }
        self.send(frame)?;
        Ok(report.len())
    }

    fn send(&self, frame: &[u8; FRAME]) -> HidResult<()> {
        let mut report = [0; FRAME + 1];
        report[1..].copy_from_slice(frame);
        let deadline = Instant::now() + SILENCE;
        loop {
            match retry_on_intr(|| rustix::io::write(&self.file, &report)) {
                Ok(sent) if sent == report.len() => return Ok(()),
                Ok(_) => return Err(watch::report(Trouble::Garbled).into()),
                Err(Errno::AGAIN) if Instant::now() < deadline => {
                    self.wait(PollFlags::OUT)?;
                }
                Err(Errno::AGAIN) => return Err(watch::report(Trouble::Silent).into()),
                Err(_) => return Err(watch::report(Trouble::Unplugged).into()),
            }
        }
    }

    /// Receives one frame of this program's channel.
    ///
    /// # Errors
    /// [`HidError`], with the [`Trouble`] that there is.
    pub fn read(&self, frame: &mut [u8]) -> HidResult<usize> {
        let arrived = self.receive()?;
        let length = frame.len().min(FRAME);
        frame[..length].copy_from_slice(&arrived[..length]);
        Ok(length)
    }

    fn receive(&self) -> HidResult<[u8; FRAME]> {
        let silent_since = Instant::now();
        loop {
            self.give_up_in_time()?;
            if silent_since.elapsed() > SILENCE {
                return Err(watch::report(Trouble::Silent).into());
            }
            if !self.wait(PollFlags::IN)? {
                continue;
            }
            let mut frame = [0; FRAME];
            match retry_on_intr(|| rustix::io::read(&self.file, &mut frame)) {
                Ok(FRAME) => {}
                Ok(0) => return Err(watch::report(Trouble::Unplugged).into()),
                Ok(_) => return Err(watch::report(Trouble::Garbled).into()),
                Err(Errno::AGAIN) => continue,
                Err(_) => return Err(watch::report(Trouble::Unplugged).into()),
            }
            let judged = self.state.borrow_mut().frames.arrived(&frame);
            match judged.map_err(watch::report)? {
                Frame::Taken => return Ok(frame),
                Frame::TouchWanted => {
                    watch::touch_wanted();
                    return Ok(frame);
                }
                Frame::Foreign => {}
            }
        }
    }

    /// Tells the device to give up when the time is over, and gives it up itself a little later.
    fn give_up_in_time(&self) -> HidResult<()> {
        if !watch::is_over() {
            return Ok(());
        }
        let mut state = self.state.borrow_mut();
        if let Some(when) = state.cancelled {
            if when.elapsed() > GIVING_UP {
                return Err(watch::report(Trouble::Late).into());
            }
            return Ok(());
        }
        watch::report(Trouble::Late);
        state.cancelled = Some(Instant::now());
        match state.frames.cancel() {
            Some(cancel) => self.send(&cancel),
            None => Err(Trouble::Late.into()),
        }
    }

    /// Waits a little; whether the device is ready.
    fn wait(&self, for_what: PollFlags) -> HidResult<bool> {
        let mut waiting = [PollFd::new(&self.file, for_what)];
        retry_on_intr(|| poll(&mut waiting, Some(&GLANCE)))
            .map_err(|error| HidError::Io(error.into()))?;
        let found = waiting[0].revents();
        if !found.intersects(for_what) && found.intersects(PollFlags::HUP | PollFlags::ERR) {
            return Err(watch::report(Trouble::Unplugged).into());
        }
        Ok(found.intersects(for_what))
    }
}
