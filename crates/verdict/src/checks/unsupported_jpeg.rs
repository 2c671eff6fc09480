//! A kind of JPEG that ordinary programs do not show: arithmetic, lossless, hierarchical, with more
//! than 8 bits per sample, or with its height behind the picture. A frame of a webcam's video, which
//! leaves out tables, is referred to a person: most programs show it.
//!
//! **Why.** The card system accepts JPEG as cameras write it. It may not be able to open other
//! kinds.
//!
//! **What to do.** Open the photo and save it again as an ordinary JPEG, or take a new one.

use shomei_photo::{Decoding, Peculiarity, Process};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new("特殊な方式のJPEGです", "The JPEG is of an unusual kind"),
    advice: Words::new(
        "スマートフォンやカメラの標準の設定で撮影したJPEGの写真をお送りください。",
        "Please send an ordinary JPEG, as a phone or camera takes it with its usual settings.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: file format JPEG",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    let peculiarity = m.file.jpeg.as_ref().and_then(|jpeg| jpeg.peculiarity);
    if m.file.decoding != Decoding::UnsupportedJpeg {
        let some_cannot_open = m.pictured() && peculiarity == Some(Peculiarity::ImpliedTables);
        return some_cannot_open.then(|| {
            Found::refer(
                "一部のソフトウェアでは表示できない方式のJPEGです。",
                "The JPEG is coded in a way that some programs cannot show.",
            )
            .fact("peculiarity", "implied_tables")
        });
    }
    let found = Found::reject(
        "一般のソフトウェアでは表示できない特殊な方式のJPEGです。",
        "The JPEG is coded in an unusual way that most programs do not show.",
    );
    let Some(jpeg) = &m.file.jpeg else {
        return Some(found);
    };
    let process = match jpeg.process {
        Process::Baseline => "baseline",
        Process::ExtendedSequential => "extended_sequential",
        Process::Progressive => "progressive",
        Process::Lossless => "lossless",
        Process::Arithmetic => "arithmetic",
        Process::Hierarchical => "hierarchical",
    };
    let found = found
        .fact("process", process)
        .fact("precision_bits", jpeg.precision_bits);
    Some(match peculiarity {
        Some(Peculiarity::LateHeight) => found.fact("peculiarity", "late_height"),
        _ => found,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, jpeg};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| {
            m.file.decoding = Decoding::UnsupportedJpeg;
            jpeg(m).process = Process::Arithmetic;
            jpeg(m).precision_bits = 12;
        },
        |m| jpeg(m).peculiarity = Some(Peculiarity::ImpliedTables),
        |m| {
            m.file.decoding = Decoding::UnsupportedJpeg;
            m.file.jpeg = None;
        },
    ];

    #[test]
    fn only_what_was_not_decoded() {
        for (decoding, expected) in [
            (Decoding::UnsupportedJpeg, Some(Outcome::Reject)),
            (Decoding::UnsupportedColour, None),
            (Decoding::Complete, None),
        ] {
            check(
                Code::UnsupportedJpeg,
                |m| m.file.decoding = decoding,
                expected,
            );
        }
    }

    #[test]
    fn a_frame_of_a_video_is_referred() {
        check(
            Code::UnsupportedJpeg,
            |m| jpeg(m).peculiarity = Some(Peculiarity::ImpliedTables),
            Some(Outcome::Refer),
        );
        let late_height = |m: &mut Measurements| {
            m.file.decoding = Decoding::UnsupportedJpeg;
            jpeg(m).peculiarity = Some(Peculiarity::LateHeight);
        };
        let found = check(Code::UnsupportedJpeg, late_height, Some(Outcome::Reject)).unwrap();
        let named = ("peculiarity", "late_height".into());
        assert!(found.measured.contains(&named));
    }

    #[test]
    fn the_process_is_named() {
        let found = check(
            Code::UnsupportedJpeg,
            |m| {
                m.file.decoding = Decoding::UnsupportedJpeg;
                jpeg(m).process = Process::Arithmetic;
            },
            Some(Outcome::Reject),
        );
        let process = ("process", "arithmetic".into());
        assert!(found.unwrap().measured.contains(&process));
    }
}
