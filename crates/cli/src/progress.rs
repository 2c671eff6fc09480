//! How far the batch is: counts, the bar on a terminal, the last line.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use shomei::{Lang, Verdict};

use crate::args::Format;
use crate::exit;
use crate::output::Sink;

/// Photos by verdict.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    accepted: u64,
    referred: u64,
    rejected: u64,
}

impl Tally {
    const fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Accept => &mut self.accepted,
            Verdict::Refer => &mut self.referred,
            Verdict::Reject => &mut self.rejected,
        } += 1;
    }

    const fn photos(self) -> u64 {
        self.accepted + self.referred + self.rejected
    }

    fn counts(self, lang: Lang) -> String {
        let Self {
            accepted,
            referred,
            rejected,
        } = self;
        match lang {
            Lang::Ja => format!("適 {accepted}、要確認 {referred}、不適 {rejected}"),
            Lang::En => format!("{accepted} accepted, {referred} referred, {rejected} rejected"),
        }
    }

    fn summary(self, lang: Lang, elapsed: Duration) -> String {
        let photos = self.photos();
        let rate = photos as f64 / elapsed.as_secs_f64().max(1e-3);
        let counts = self.counts(lang);
        match lang {
            Lang::Ja => format!("写真 {photos} 枚：{counts}（毎秒 {rate:.1} 枚）"),
            Lang::En => {
                let noun = if photos == 1 { "photo" } else { "photos" };
                format!("{photos} {noun}: {counts} ({rate:.1} photos/s)")
            }
        }
    }
}

/// Counts the verdicts and shows them.
#[derive(Debug)]
pub(crate) struct Progress {
    tally: Tally,
    bar: ProgressBar,
    start: Instant,
    summarises: bool,
}

impl Progress {
    /// The bar appears only on a terminal that the reviews do not go to as well, and if the
    /// number of photos is known.
    pub(crate) fn new(photos: Option<usize>, sink: &Sink, format: Format) -> Self {
        let watched = io::stderr().is_terminal();
        let bar = match photos {
            Some(photos) if watched && !sink.on_terminal() => bar(photos as u64),
            _ => ProgressBar::hidden(),
        };
        let summarises = watched || format == Format::Human;
        Self {
            tally: Tally::default(),
            bar,
            start: Instant::now(),
            summarises,
        }
    }

    /// Where standard output is written only after the last photo.
    pub(crate) fn before_output(photos: usize) -> Self {
        let watched = io::stderr().is_terminal();
        Self {
            tally: Tally::default(),
            bar: if watched {
                bar(photos as u64)
            } else {
                ProgressBar::hidden()
            },
            start: Instant::now(),
            summarises: watched,
        }
    }

    /// One more photo.
    pub(crate) fn add(&mut self, verdict: Verdict) {
        self.tally.add(verdict);
        if !self.bar.is_hidden() {
            self.bar.set_message(self.tally.counts(Lang::En));
        }
        self.bar.inc(1);
    }

    /// Takes the bar away and returns the line to end with, if somebody is there to read it.
    pub(crate) fn finish(&self, lang: Lang) -> Option<String> {
        self.bar.finish_and_clear();
        self.summarises
            .then(|| self.tally.summary(lang, self.start.elapsed()))
    }

    /// Number of photos so far.
    pub(crate) const fn photos(&self) -> u64 {
        self.tally.photos()
    }

    /// What the photos so far mean for the exit code.
    pub(crate) const fn exit_code(&self) -> u8 {
        if self.tally.referred + self.tally.rejected == 0 {
            exit::ACCEPTED
        } else {
            exit::NOT_ALL_ACCEPTED
        }
    }
}

fn bar(photos: u64) -> ProgressBar {
    let template = "{bar:24} {pos}/{len} photos  {per_sec}  ETA {eta}  {msg}";
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(photos).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_but_accept_shows_in_the_exit_code() {
        let mut progress = Progress::new(Some(3), &Sink::Stdout, Format::Human);
        progress.add(Verdict::Accept);
        assert_eq!(progress.exit_code(), exit::ACCEPTED);
        progress.add(Verdict::Refer);
        assert_eq!(progress.exit_code(), exit::NOT_ALL_ACCEPTED);
        progress.add(Verdict::Reject);
        let summary = progress.tally.summary(Lang::En, Duration::from_secs(2));
        assert_eq!(
            summary,
            "3 photos: 1 accepted, 1 referred, 1 rejected (1.5 photos/s)"
        );
    }
}
