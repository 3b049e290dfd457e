//! The frames in which messages cross (CTAP 2.1, 11.2): which of those that arrive are for this program,
//! and whether they are in order.

use crate::watch::Trouble;

/// The length of a frame.
pub(crate) const FRAME: usize = 64;
/// What a first frame holds of a message, and what each that follows holds.
const FIRST: usize = FRAME - 7;
const FOLLOWING: usize = FRAME - 5;
/// The longest message: one first frame and 128 that follow.
const LONGEST: usize = FIRST + 128 * FOLLOWING;

const EVERYONE: [u8; 4] = [0xFF; 4];
const FIRST_BIT: u8 = 0x80;
const INIT: u8 = 0x86;
const CANCEL: u8 = 0x91;
const KEEPALIVE: u8 = 0xBB;
const WAITS_FOR_TOUCH: u8 = 2;

/// What is to be done with a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// It is handed on.
    Taken,
    /// It is handed on, and the key wants to be touched.
    TouchWanted,
    /// It is another program's.
    Foreign,
}

/// The state of one program's channel to one device.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    channel: Option<[u8; 4]>,
    /// What was sent last to get a channel.
    nonce: Option<[u8; 8]>,
    /// How many bytes of the message are missing, and the number of the frame that has them.
    missing: usize,
    next: u8,
    touch_told: bool,
}

impl Frames {
    /// Learns from a frame that is sent.
    pub(crate) fn sent(&mut self, frame: &[u8; FRAME]) {
        if frame[4] & FIRST_BIT == 0 {
            return;
        }
        self.missing = 0;
        self.touch_told = false;
        if frame[..4] == EVERYONE && frame[4] == INIT {
            self.channel = None;
            self.nonce = frame[7..15].try_into().ok();
        }
    }

    /// Judges a frame that has arrived.
    pub(crate) fn arrived(&mut self, frame: &[u8; FRAME]) -> Result<Frame, Trouble> {
        let Some(channel) = self.channel else {
            return Ok(self.channel_given(frame));
        };
        if frame[..4] != channel {
            return Ok(Frame::Foreign);
        }
        if frame[4] & FIRST_BIT == 0 {
            return self.following(frame);
        }
        let length = usize::from(u16::from_be_bytes([frame[5], frame[6]]));
        if self.missing > 0 || length == 0 || length > LONGEST {
            return Err(Trouble::Garbled);
        }
        if frame[4] == KEEPALIVE {
            if frame[7] == WAITS_FOR_TOUCH && !self.touch_told {
                self.touch_told = true;
                return Ok(Frame::TouchWanted);
            }
            return Ok(Frame::Taken);
        }
        self.missing = length.saturating_sub(FIRST);
        self.next = 0;
        Ok(Frame::Taken)
    }

    fn channel_given(&mut self, frame: &[u8; FRAME]) -> Frame {
        let is_ours = frame[..4] == EVERYONE
            && frame[4] == INIT
            && self.nonce.is_some_and(|nonce| frame[7..15] == nonce);
        if !is_ours {
            return Frame::Foreign;
        }
        self.channel = frame[15..19].try_into().ok();
        Frame::Taken
    }

    fn following(&mut self, frame: &[u8; FRAME]) -> Result<Frame, Trouble> {
        if self.missing == 0 || frame[4] != self.next {
            return Err(Trouble::Garbled);
        }
        self.missing = self.missing.saturating_sub(FOLLOWING);
        self.next += 1;
        Ok(Frame::Taken)
    }

    /// The frame that tells the device to give up, where it does anything.
    pub(crate) fn cancel(&self) -> Option<[u8; FRAME]> {
        let mut frame = [0; FRAME];
        frame[..4].copy_from_slice(&self.channel?);
        frame[4] = CANCEL;
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OURS: [u8; 4] = [0, 0, 0, 7];
    const THEIRS: [u8; 4] = [0, 0, 0, 8];
    const CBOR: u8 = 0x90;

    fn frame(channel: [u8; 4], rest: &[u8]) -> [u8; FRAME] {
        let mut frame = [0; FRAME];
        frame[..4].copy_from_slice(&channel);
        frame[4..4 + rest.len()].copy_from_slice(rest);
        frame
    }

    fn init(nonce: u8, channel: [u8; 4]) -> [u8; FRAME] {
        let nonce = [nonce; 8];
        frame(EVERYONE, &[&[INIT, 0, 17][..], &nonce, &channel].concat())
    }

    fn connected() -> Frames {
        let mut frames = Frames::default();
        frames.sent(&init(1, [0; 4]));
        assert_eq!(frames.arrived(&init(1, OURS)), Ok(Frame::Taken));
        frames.sent(&frame(OURS, &[CBOR, 0, 1, 4]));
        frames
    }

    #[test]
    fn the_channel_of_another_program_is_not_taken_for_ones_own() {
        let mut frames = Frames::default();
        frames.sent(&init(1, [0; 4]));
        assert_eq!(frames.arrived(&init(2, THEIRS)), Ok(Frame::Foreign));
        let answer = frame(THEIRS, &[CBOR, 0, 1, 0]);
        assert_eq!(frames.arrived(&answer), Ok(Frame::Foreign));
        assert_eq!(frames.arrived(&init(1, OURS)), Ok(Frame::Taken));
        assert_eq!(frames.arrived(&init(3, THEIRS)), Ok(Frame::Foreign));
        assert_eq!(frames.arrived(&answer), Ok(Frame::Foreign));
        assert_eq!(
            frames.cancel().map(|frame| frame[..5].to_vec()),
            Some(vec![0, 0, 0, 7, CANCEL])
        );
    }

    #[test]
    fn a_message_between_whose_frames_another_programs_stand_is_whole() {
        let mut frames = connected();
        let steps = [
            (frame(OURS, &[CBOR, 0, 150]), Frame::Taken),
            (frame(THEIRS, &[CBOR, 0, 150]), Frame::Foreign),
            (frame(OURS, &[0]), Frame::Taken),
            (frame(THEIRS, &[0]), Frame::Foreign),
            (frame(OURS, &[1]), Frame::Taken),
        ];
        for (arrived, expected) in steps {
            assert_eq!(frames.arrived(&arrived), Ok(expected));
        }
    }

    #[test]
    fn what_is_out_of_order_or_too_long_is_refused() {
        let refused: [&[[u8; FRAME]]; 5] = [
            &[frame(OURS, &[0])],
            &[frame(OURS, &[CBOR, 0, 150]), frame(OURS, &[1])],
            &[frame(OURS, &[CBOR, 0, 150]), frame(OURS, &[CBOR, 0, 1])],
            &[frame(OURS, &[CBOR, 0xFF, 0xFF])],
            &[frame(OURS, &[CBOR, 0, 0])],
        ];
        for arriving in refused {
            let mut frames = connected();
            let (last, first) = arriving.split_last().expect("a frame");
            for frame in first {
                assert_eq!(frames.arrived(frame), Ok(Frame::Taken));
            }
            assert_eq!(frames.arrived(last), Err(Trouble::Garbled), "{arriving:?}");
        }
    }

    #[test]
    fn that_a_touch_is_wanted_is_told_once_for_each_command() {
        let mut frames = connected();
        let waits = frame(OURS, &[KEEPALIVE, 0, 1, WAITS_FOR_TOUCH]);
        let works = frame(OURS, &[KEEPALIVE, 0, 1, 1]);
        let steps = [
            (works, Frame::Taken),
            (waits, Frame::TouchWanted),
            (waits, Frame::Taken),
        ];
        for (arrived, expected) in steps {
            assert_eq!(frames.arrived(&arrived), Ok(expected));
        }
        frames.sent(&frame(OURS, &[CBOR, 0, 1, 4]));
        assert_eq!(frames.arrived(&waits), Ok(Frame::TouchWanted));
    }

    proptest! {
        #[test]
        fn no_frame_is_too_strange(
            arriving in proptest::collection::vec(
                (any::<bool>(), proptest::collection::vec(any::<u8>(), 0..40)), 0..200
            )
        ) {
            let mut frames = connected();
            for (ours, rest) in arriving {
                let _ = frames.arrived(&frame(if ours { OURS } else { THEIRS }, &rest));
            }
        }
    }
}
