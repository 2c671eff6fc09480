//! The progress of a batch: counts, the bar on a terminal, the last line.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use shomei::{Lang, Verdict};
use shomei_report::Verdicts;

use crate::args::{Format, ProgressArg};
use crate::exit;
use crate::say::message;
use crate::sink::Sink;

fn counts(tally: Verdicts, lang: Lang) -> String {
    let (accepted, referred, rejected) = (tally.accepted, tally.referred, tally.rejected);
    match lang {
        Lang::Ja => format!("適 {accepted}、要確認 {referred}、不適 {rejected}"),
        Lang::En => format!("{accepted} accepted, {referred} referred, {rejected} rejected"),
    }
}

/// `before` is the number of photos that earlier runs reviewed.
fn summary(tally: Verdicts, lang: Lang, elapsed: Duration, before: u64) -> String {
    let photos = tally.photos;
    let rate = (photos - before) as f64 / elapsed.as_secs_f64().max(1e-3);
    let counts = counts(tally, lang);
    match lang {
        Lang::Ja => format!("写真 {photos} 枚：{counts}（毎秒 {rate:.1} 枚）"),
        Lang::En => {
            let noun = if photos == 1 { "photo" } else { "photos" };
            format!("{photos} {noun}: {counts} ({rate:.1} photos/s)")
        }
    }
}

/// Time between two records of `--progress json`.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// Counts the verdicts and shows them.
#[derive(Debug)]
pub(crate) struct Progress {
    tally: Verdicts,
    /// Photos that an earlier run reviewed.
    before: u64,
    /// Number of photos, if it is known.
    total: Option<u64>,
    bar: ProgressBar,
    start: Instant,
    summarises: bool,
    /// When the last record was written, if records are.
    told: Option<Instant>,
}

/// The progress of a batch, for schedulers (`shomei.progress/1`).
#[derive(Debug, Serialize)]
struct Record {
    schema: &'static str,
    state: &'static str,
    /// Photos with a review, including those of earlier runs.
    done: u64,
    /// Null for an archive on standard input.
    total: Option<u64>,
    accepted: u64,
    referred: u64,
    rejected: u64,
    /// Of this run.
    elapsed_s: f64,
    /// Of this run.
    photos_per_s: f64,
    /// Null before the first photo and where the total is unknown.
    eta_s: Option<f64>,
}

impl Progress {
    /// The bar appears only on a terminal that does not show the reviews as well, and only if the
    /// number of photos is known.
    pub(crate) fn new(
        photos: Option<usize>,
        sink: &Sink,
        format: Format,
        shown: ProgressArg,
    ) -> Self {
        let watched = io::stderr().is_terminal();
        let shows_bar = watched && !sink.on_terminal() && shown == ProgressArg::Bar;
        Self {
            summarises: (watched || format == Format::Human) && shown != ProgressArg::Json,
            told: (shown == ProgressArg::Json).then(Instant::now),
            ..Self::of(photos, shows_bar)
        }
    }

    /// For commands that write to standard output only after the last photo.
    pub(crate) fn before_output(photos: usize) -> Self {
        Self::of(Some(photos), io::stderr().is_terminal())
    }

    fn of(photos: Option<usize>, shows_bar: bool) -> Self {
        let total = photos.map(|photos| photos as u64);
        Self {
            tally: Verdicts::default(),
            before: 0,
            total,
            bar: total
                .filter(|_| shows_bar)
                .map_or_else(ProgressBar::hidden, bar),
            start: Instant::now(),
            summarises: shows_bar,
            told: None,
        }
    }

    /// Counts the photos that earlier runs reviewed, and starts.
    pub(crate) fn begin(&mut self, before: impl IntoIterator<Item = Verdict>) {
        before
            .into_iter()
            .for_each(|verdict| self.tally.add(verdict));
        self.before = self.tally.photos;
        self.bar.set_position(self.before);
        self.bar.reset_eta();
        self.start = Instant::now();
        self.tell("running");
    }

    /// One more photo.
    pub(crate) fn add(&mut self, verdict: Verdict) {
        self.tally.add(verdict);
        if !self.bar.is_hidden() {
            self.bar.set_message(counts(self.tally, Lang::En));
        }
        self.bar.inc(1);
        if self.told.is_some_and(|told| told.elapsed() >= TOLD_EVERY) {
            self.tell("running");
        }
    }

    /// Writes the last record, if records are written; `complete` says whether the batch is complete.
    pub(crate) fn end(&mut self, complete: bool) {
        self.tell(if complete { "finished" } else { "stopped" });
    }

    fn tell(&mut self, state: &'static str) {
        if let Some(told) = &mut self.told {
            *told = Instant::now();
            // Plain data, which serde can always write.
            if let Ok(text) = serde_json::to_string(&self.record(state, self.start.elapsed())) {
                message(&text);
            }
        }
    }

    fn record(&self, state: &'static str, elapsed: Duration) -> Record {
        let done = self.tally.photos;
        let reviewed = done - self.before;
        let elapsed_s = elapsed.as_secs_f64();
        let rounded = |value: f64| (value * 10.0).round() / 10.0;
        let left = self.total.map(|total| total.saturating_sub(done));
        let eta = left.filter(|_| reviewed > 0);
        Record {
            schema: "shomei.progress/1",
            state,
            done,
            total: self.total,
            accepted: self.tally.accepted,
            referred: self.tally.referred,
            rejected: self.tally.rejected,
            elapsed_s: rounded(elapsed_s),
            photos_per_s: rounded(reviewed as f64 / elapsed_s.max(1e-3)),
            eta_s: eta.map(|left| rounded(left as f64 * elapsed_s / reviewed as f64)),
        }
    }

    /// Removes the bar and returns the last line, if standard error shows one.
    pub(crate) fn finish(&self, lang: Lang) -> Option<String> {
        self.bar.finish_and_clear();
        self.summarises
            .then(|| summary(self.tally, lang, self.start.elapsed(), self.before))
    }

    /// Number of photos so far.
    pub(crate) const fn photos(&self) -> u64 {
        self.tally.photos
    }

    /// The exit code for the photos so far.
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
        let mut progress = Progress::new(Some(3), &Sink::Stdout, Format::Human, ProgressArg::Bar);
        progress.add(Verdict::Accept);
        assert_eq!(progress.exit_code(), exit::ACCEPTED);
        progress.add(Verdict::Refer);
        assert_eq!(progress.exit_code(), exit::NOT_ALL_ACCEPTED);
        progress.add(Verdict::Reject);
        let summary = summary(progress.tally, Lang::En, Duration::from_secs(2), 0);
        assert_eq!(
            summary,
            "3 photos: 1 accepted, 1 referred, 1 rejected (1.5 photos/s)"
        );
    }

    #[test]
    fn records_count_earlier_runs_and_time_this_one() {
        let mut progress = Progress::new(Some(9), &Sink::Stdout, Format::Jsonl, ProgressArg::None);
        progress.begin([Verdict::Accept, Verdict::Reject]);
        let none = progress.record("running", Duration::ZERO);
        assert_eq!((none.done, none.photos_per_s, none.eta_s), (2, 0.0, None));
        progress.add(Verdict::Refer);
        progress.add(Verdict::Accept);
        let text = serde_json::to_string(&progress.record("running", Duration::from_secs(4)));
        assert_eq!(
            text.unwrap(),
            r#"{"schema":"shomei.progress/1","state":"running","done":4,"total":9,"accepted":2,"referred":1,"rejected":1,"elapsed_s":4.0,"photos_per_s":0.5,"eta_s":10.0}"#
        );
    }
}
