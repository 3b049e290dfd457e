//! Tags whose key changes from time to time.

/// A tag under the key in force and, while tags under the key before it count, under that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotatingTag<T> {
    /// Under the key in force. It is what an event holds.
    pub current: T,
    /// Under the key before it.
    pub former: Option<T>,
}

impl<T: PartialEq> RotatingTag<T> {
    /// Whether a tag that an event holds is of the same thing.
    pub fn matches(&self, tag: &T) -> bool {
        self.current == *tag || self.former.as_ref() == Some(tag)
    }
}

impl<T> RotatingTag<T> {
    /// The same as tags of another type.
    pub fn map<U>(self, each: impl Fn(T) -> U) -> RotatingTag<U> {
        RotatingTag {
            current: each(self.current),
            former: self.former.map(each),
        }
    }
}

impl<T> From<T> for RotatingTag<T> {
    fn from(current: T) -> Self {
        Self {
            current,
            former: None,
        }
    }
}
