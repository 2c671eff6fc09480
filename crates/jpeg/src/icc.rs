//! The ICC profile, which may be spread over several APP2 segments (ICC.1 Annex B.4).

use std::borrow::Cow;

/// The parts of the ICC profile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Icc<'d> {
    /// The parts in the order of their sequence numbers.
    pub parts: Vec<&'d [u8]>,
    /// Whether every part exists exactly once.
    pub complete: bool,
}

impl<'d> Icc<'d> {
    /// The profile, its parts joined; `None` if it is not complete.
    #[must_use]
    pub fn profile(&self) -> Option<Cow<'d, [u8]>> {
        match self.parts.as_slice() {
            _ if !self.complete => None,
            [only] => Some(Cow::Borrowed(only)),
            parts => Some(Cow::Owned(parts.concat())),
        }
    }
}

/// The parts so far.
#[derive(Debug)]
pub(crate) struct Parts<'d> {
    /// The number of parts, as the first one says.
    count: u8,
    /// Whether all parts give the same number, and there are not more than that.
    consistent: bool,
    /// Sequence number and data.
    parts: Vec<(u8, &'d [u8])>,
}

impl<'d> Parts<'d> {
    /// Adds the data after `ICC_PROFILE\0` in a segment.
    pub(crate) fn note(found: &mut Option<Self>, content: &'d [u8]) {
        let [number, count, part @ ..] = content else {
            return;
        };
        let found = found.get_or_insert_with(|| Self {
            count: *count,
            consistent: true,
            parts: Vec::new(),
        });
        // No more than a profile can have; a file may repeat the segment for ever.
        if found.count != *count || found.parts.len() >= 255 {
            found.consistent = false;
        } else {
            found.parts.push((*number, part));
        }
    }

    pub(crate) fn joined(mut self) -> Icc<'d> {
        self.parts.sort_by_key(|(number, _)| *number);
        let numbers = self.parts.iter().map(|(number, _)| *number);
        let complete = self.consistent && numbers.eq(1..=self.count);
        Icc {
            parts: self.parts.into_iter().map(|(_, part)| part).collect(),
            complete,
        }
    }
}
