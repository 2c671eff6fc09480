//! Any bytes as a photo: there is a verdict with its reasons, all that is said lies within the
//! photo, the record can be read back, and a fast review comes to the same verdict.

use std::sync::OnceLock;

use shomei::wire::v1::{ReviewRecord, StoredReview};
use shomei::{Lang, Limits, Reviewer, Verdict};

fn reviewers() -> &'static [Reviewer; 2] {
    static REVIEWERS: OnceLock<[Reviewer; 2]> = OnceLock::new();
    REVIEWERS.get_or_init(|| {
        [false, true].map(|fast| {
            // Larger pictures take more time and find nothing else.
            let limits = Limits {
                max_pixels: 1 << 21,
                ..Limits::default()
            };
            Reviewer::builder()
                .limits(limits)
                .fast(fast)
                .build()
                .unwrap()
        })
    })
}

pub(crate) fn run(data: &[u8]) {
    let [whole, fast] = reviewers();
    let review = whole.review(data);
    let findings = review.findings();
    assert_eq!(review.verdict() == Verdict::Accept, findings.is_empty());
    assert_eq!(review.measurements().failure, None);
    let record = review.record("a", Lang::En);
    let regions = record.findings.iter().filter_map(|finding| finding.region);
    let face = record.measurements.face.as_ref();
    for region in regions.chain(face.and_then(|face| face.main_region())) {
        let Some(size) = record.measurements.file.shown_size() else {
            panic!("{region:?} of nothing");
        };
        assert!(region.width > 0 && region.x + region.width <= size.width());
        assert!(region.height > 0 && region.y + region.height <= size.height());
    }
    for lang in [Lang::Ja, Lang::En] {
        let line = review.to_json("a", lang);
        assert!(!line.contains('\n'));
        let read: ReviewRecord = serde_json::from_str(&line).unwrap();
        assert_eq!(read.findings.len(), findings.len());
        assert_eq!(serde_json::to_string(&read).ok(), Some(line.clone()));
        let stored = StoredReview::from_json(line.as_bytes()).unwrap();
        assert_eq!(stored.judge_again(whole.policy(), lang), read);
        assert!(!review.render("a", lang).is_empty());
    }
    assert_eq!(fast.review(data).verdict(), review.verdict());
}
