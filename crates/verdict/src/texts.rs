//! Every sentence that a check can say, with its numbers, in a file that people can read:
//! `texts.txt`.

use std::fmt::Write;

use shomei_background::{Background, BackgroundObject, Shadow, UnevenKind, Unevenness};
use shomei_framing::{Cut, Framing, Part};
use shomei_photo::{
    ColourModel, Decoding, FaceFacts, Format, ImageSize, JpegFacts, LimitKind, Process,
    QuarterTurn, Side, Unreadable,
};
use shomei_portrait::{Covering, Eye, Glare, Light, Mouth, Portrait, Pose, Sharpness};

use crate::check::Found;
use crate::fixtures::{committed, degrees, delta_e, good, px, ratio, region};
use crate::{Code, Failure, Lang, Measurements, Policy};

type Change = fn(&mut Measurements);

fn jpeg(m: &mut Measurements) -> &mut JpegFacts {
    m.file.jpeg.as_mut().unwrap()
}

fn face(m: &mut Measurements) -> &mut FaceFacts {
    m.face.as_mut().unwrap()
}

fn framing(m: &mut Measurements) -> &mut Framing {
    m.framing.as_mut().unwrap()
}

fn wall(m: &mut Measurements) -> &mut Background {
    m.background.as_mut().unwrap()
}

fn portrait(m: &mut Measurements) -> &mut Portrait {
    m.portrait.as_mut().unwrap()
}

fn pose(m: &mut Measurements) -> &mut Pose {
    portrait(m).pose.as_mut().unwrap()
}

fn eyes(m: &mut Measurements) -> &mut [Eye; 2] {
    portrait(m).eyes.as_mut().unwrap()
}

fn mouth(m: &mut Measurements) -> &mut Mouth {
    portrait(m).mouth.as_mut().unwrap()
}

fn covering(m: &mut Measurements) -> &mut Covering {
    portrait(m).covering.as_mut().unwrap()
}

fn glare(m: &mut Measurements) -> &mut Glare {
    portrait(m).glare.as_mut().unwrap()
}

fn light(m: &mut Measurements) -> &mut Light {
    portrait(m).light.as_mut().unwrap()
}

fn sharpness(m: &mut Measurements) -> &mut Sharpness {
    portrait(m).sharpness.as_mut().unwrap()
}

fn object(area: f32) -> BackgroundObject {
    BackgroundObject {
        region: region(10, 20, 40, 40),
        area_ratio: ratio(area),
        contrast_delta_e: delta_e(40.0),
    }
}

fn uneven(m: &mut Measurements, kind: UnevenKind) {
    wall(m).unevenness = Some(Unevenness {
        kind,
        region: region(0, 0, 100, 100),
        strength_delta_e: delta_e(48.32),
    });
}

fn shadow(m: &mut Measurements, side: Side) {
    wall(m).shadows = vec![Shadow {
        region: region(500, 300, 90, 200),
        side,
        area_ratio: ratio(0.06),
        depth_ratio: ratio(0.7),
    }];
}

fn cut(part: Part, side: Side) -> Cut {
    Cut {
        side,
        part,
        lost_ratio: ratio(0.6),
        region: region(0, 0, 100, 1),
    }
}

/// What each check is shown, by code.
const SHOWN: &[(Code, &[Change])] = &[
    (
        Code::FileUnreadable,
        &[
            |m| unreadable(m, Unreadable::PermissionDenied),
            |m| unreadable(m, Unreadable::Vanished),
            |m| unreadable(m, Unreadable::NotAFile),
            |m| unreadable(m, Unreadable::Other),
        ],
    ),
    (
        Code::NotJpeg,
        &[
            |m| not_jpeg(m, Format::Empty),
            |m| not_jpeg(m, Format::Unknown),
            |m| not_jpeg(m, Format::Heic),
        ],
    ),
    (
        Code::UnsupportedJpeg,
        &[
            |m| {
                m.file.decoding = Decoding::UnsupportedJpeg;
                jpeg(m).process = Process::Arithmetic;
                jpeg(m).precision_bits = 12;
            },
            |m| {
                m.file.decoding = Decoding::UnsupportedJpeg;
                m.file.jpeg = None;
            },
        ],
    ),
    (
        Code::FileCorrupt,
        &[
            |m| {
                let detail = "no frame".to_owned();
                m.file.decoding = Decoding::Corrupt { detail };
            },
            |m| exceeded(m, LimitKind::Scans),
        ],
    ),
    (
        Code::FileTruncated,
        &[
            |m| m.file.decoding = Decoding::Truncated { valid_ratio: None },
            |m| truncated(m, 0.4567),
            |m| truncated(m, 1.0),
            |m| jpeg(m).eoi = false,
        ],
    ),
    (
        Code::ColourModel,
        &[
            |m| jpeg(m).colour_model = ColourModel::Cmyk,
            |m| jpeg(m).colour_model = ColourModel::Ycck,
            |m| jpeg(m).colour_model = ColourModel::Other,
            |m| m.file.decoding = Decoding::UnsupportedColour,
        ],
    ),
    (
        Code::SingleComponent,
        &[
            |m| jpeg(m).components = 1,
            |m| jpeg(m).colour_model = ColourModel::Grey,
        ],
    ),
    (
        Code::FileSizeOutOfRange,
        &[
            |m| m.file.bytes = 950,
            |m| m.file.bytes = 20_400,
            |m| m.file.bytes = 7_125_000,
            |m| m.file.bytes = 12_000_000,
        ],
    ),
    (
        Code::PixelsOutOfRange,
        &[
            |m| jpeg(m).stored_size = ImageSize::new(400, 6500),
            |m| {
                exceeded(m, LimitKind::Pixels);
                m.file.jpeg = None;
            },
        ],
    ),
    (
        Code::OverCompressed,
        &[
            |m| jpeg(m).quality = Some(25),
            |m| jpeg(m).quality = Some(5),
        ],
    ),
    (
        Code::Edited,
        &[|m| jpeg(m).editor = Some("Photo Studio".to_owned())],
    ),
    (
        Code::NoFace,
        &[
            |m| face(m).faces.clear(),
            |m| face(m).presence_ratio = Some(ratio(0.3)),
            |m| {
                let (stage, cause) = ("face".to_owned(), "broken".to_owned());
                m.failure = Some(Failure { stage, cause });
            },
            |m| m.portrait = None,
        ],
    ),
    (
        Code::MultipleFaces,
        &[|m| {
            let mut second = face(m).faces[0];
            second.size_ratio = ratio(0.5);
            second.region = region(600, 100, 90, 120);
            face(m).faces.push(second);
        }],
    ),
    (
        Code::Rotated,
        &[
            |m| face(m).turn = QuarterTurn::Clockwise,
            |m| face(m).turn = QuarterTurn::Half,
            |m| face(m).turn = QuarterTurn::CounterClockwise,
        ],
    ),
    (
        Code::TooClose,
        &[
            |m| framing(m).head_height_ratio = ratio(0.86),
            |m| framing(m).head_height_ratio = ratio(0.97),
            |m| framing(m).face_height_ratio = ratio(0.9),
        ],
    ),
    (
        Code::FaceCut,
        &[
            |m| framing(m).cuts = vec![cut(Part::Hair, Side::Top)],
            |m| framing(m).cuts = vec![cut(Part::Skull, Side::Top), cut(Part::Hair, Side::Top)],
            |m| framing(m).cuts = vec![cut(Part::Ear, Side::Left), cut(Part::Cheek, Side::Left)],
            |m| framing(m).cuts = vec![cut(Part::Ear, Side::Right)],
            |m| framing(m).cuts = vec![cut(Part::Chin, Side::Bottom)],
        ],
    ),
    (
        Code::TightFraming,
        &[
            |m| framing(m).margins.top_ratio = ratio(0.012),
            |m| framing(m).margins.top_ratio = ratio(-0.2),
            |m| framing(m).margins.left_ratio = ratio(0.02),
            |m| framing(m).margins.right_ratio = ratio(-0.1),
            |m| framing(m).trim.head_height_ratio = ratio(0.95),
        ],
    ),
    (
        Code::TooFar,
        &[
            |m| framing(m).head_height_ratio = ratio(0.2),
            |m| framing(m).head_height_ratio = ratio(0.1),
        ],
    ),
    (
        Code::OffCentre,
        &[
            |m| framing(m).trim.centre_x_ratio = ratio(0.44),
            |m| framing(m).trim.centre_x_ratio = ratio(0.7),
            |m| framing(m).centre_x_ratio = ratio(0.15),
            |m| framing(m).margins.top_ratio = ratio(0.6),
            |m| framing(m).eye_line_y_ratio = ratio(0.9),
        ],
    ),
    (
        Code::LowResolution,
        &[
            |m| framing(m).inter_eye_px = px(55.0),
            |m| framing(m).inter_eye_px = px(20.0),
            |m| framing(m).trim.print_height_px = px(300.0),
        ],
    ),
    (
        Code::BackgroundObject,
        &[
            |m| wall(m).objects = vec![object(0.3)],
            |m| wall(m).objects = vec![object(0.02), object(0.003)],
        ],
    ),
    (
        Code::BackgroundUneven,
        &[
            |m| wall(m).area_ratio = ratio(0.01),
            |m| m.background = None,
            |m| uneven(m, UnevenKind::Pattern),
            |m| uneven(m, UnevenKind::TwoTones),
            |m| uneven(m, UnevenKind::Gradient),
        ],
    ),
    (
        Code::BackgroundShadow,
        &[
            |m| shadow(m, Side::Left),
            |m| shadow(m, Side::Right),
            |m| shadow(m, Side::Top),
            |m| shadow(m, Side::Bottom),
        ],
    ),
    (
        Code::BackgroundColour,
        &[
            |m| wall(m).colour = lab(20.0, 1.0, 1.0),
            |m| wall(m).colour = lab(80.0, 60.0, -60.0),
        ],
    ),
    (
        Code::Turned,
        &[
            |m| pose(m).yaw_degrees = degrees(-14.0),
            |m| pose(m).yaw_degrees = degrees(44.44),
            |m| portrait(m).pose = None,
        ],
    ),
    (
        Code::Nodding,
        &[
            |m| pose(m).pitch_degrees = degrees(-40.0),
            |m| pose(m).pitch_degrees = degrees(60.0),
        ],
    ),
    (
        Code::Tilted,
        &[
            |m| pose(m).roll_degrees = degrees(-7.0),
            |m| pose(m).roll_degrees = degrees(30.0),
        ],
    ),
    (
        Code::EyesClosed,
        &[
            |m| eyes(m)[0].openness_ratio = ratio(0.01),
            |m| {
                for eye in eyes(m) {
                    eye.openness_ratio = ratio(0.01);
                }
            },
            |m| portrait(m).eyes = None,
        ],
    ),
    (Code::LookingAway, &[|m| gaze(m, 0.1), |m| gaze(m, 0.9)]),
    (
        Code::RedEye,
        &[
            |m| eyes(m)[1].red_ratio = Some(ratio(0.5)),
            |m| {
                for eye in eyes(m) {
                    eye.red_ratio = Some(ratio(0.2));
                }
            },
        ],
    ),
    (
        Code::GlassesGlare,
        &[
            |m| {
                covering(m).eyes_other_ratio = ratio(0.3);
                glare(m).lens_ratio = ratio(0.8);
            },
            |m| glare(m).eye_ratio = ratio(0.9),
        ],
    ),
    (
        Code::EyesHidden,
        &[
            |m| {
                covering(m).eyes_other_ratio = ratio(0.9);
                covering(m).eyes_luma_ratio = Some(ratio(0.1));
            },
            |m| covering(m).eyes_hair_ratio = ratio(0.8),
        ],
    ),
    (Code::MouthOpen, &[|m| mouth(m).openness_ratio = ratio(0.5)]),
    (
        Code::Expression,
        &[
            |m| mouth(m).teeth_ratio = Some(ratio(0.9)),
            |m| mouth(m).corner_lift_ratio = Some(ratio(0.9)),
            |m| {
                for eye in eyes(m) {
                    eye.brow_ratio = Some(ratio(2.0));
                }
            },
        ],
    ),
    (
        Code::FaceCovered,
        &[
            |m| covering(m).lower_face_other_ratio = ratio(0.9),
            |m| covering(m).lower_face_skin_ratio = ratio(0.05),
            |m| portrait(m).covering = None,
        ],
    ),
    (
        Code::HeadCovered,
        &[|m| covering(m).head_other_ratio = ratio(0.7)],
    ),
    (
        Code::TooDark,
        &[
            |m| light(m).luma_ratio = ratio(0.02),
            |m| portrait(m).light = None,
        ],
    ),
    (
        Code::TooBright,
        &[
            |m| light(m).bright_ratio = ratio(0.9),
            |m| light(m).luma_ratio = ratio(0.99),
        ],
    ),
    (
        Code::FaceShadow,
        &[
            |m| light(m).balance_ratio = ratio(0.05),
            |m| {
                light(m).balance_ratio = ratio(0.05);
                light(m).darkest_region = None;
            },
        ],
    ),
    (
        Code::Blurred,
        &[
            |m| sharpness(m).blur_print_px = px(9.0),
            |m| portrait(m).sharpness = None,
        ],
    ),
    (Code::Noisy, &[|m| sharpness(m).noise_ratio = ratio(0.5)]),
];

fn unreadable(m: &mut Measurements, cause: Unreadable) {
    m.file.decoding = Decoding::Unreadable { cause };
}

fn not_jpeg(m: &mut Measurements, format: Format) {
    m.file.decoding = Decoding::NotJpeg;
    m.file.format = format;
}

fn exceeded(m: &mut Measurements, limit: LimitKind) {
    m.file.decoding = Decoding::LimitExceeded { limit };
}

fn truncated(m: &mut Measurements, valid: f32) {
    let valid_ratio = Some(ratio(valid));
    m.file.decoding = Decoding::Truncated { valid_ratio };
}

fn lab(l: f32, a: f32, b: f32) -> shomei_photo::Lab {
    shomei_photo::Lab::new(l, a, b).unwrap()
}

fn gaze(m: &mut Measurements, gaze: f32) {
    for eye in eyes(m) {
        eye.gaze_ratio = ratio(gaze);
    }
}

fn told(text: &mut String, policy: &str, found: &Found) {
    let mut parts: Vec<_> = found
        .measured
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    if let Some(limit) = found.limit {
        let ends = [("min", limit.min), ("max", limit.max)];
        parts.extend(
            ends.map(|(end, limit)| limit.map(|limit| format!("{end} {limit}")))
                .into_iter()
                .flatten(),
        );
    }
    let at = found.region;
    parts.extend(at.map(|at| format!("at {},{} {}×{}", at.x, at.y, at.width, at.height)));
    parts.extend(
        found
            .sides
            .iter()
            .map(|&side| crate::check::side(side).en.to_owned()),
    );
    write!(
        text,
        "\n{} by {policy}: {}",
        found.outcome,
        parts.join(", ")
    )
    .unwrap();
    text.truncate(text.trim_end_matches(": ").len());
    for lang in Lang::ALL {
        write!(text, "\n  {}", found.text.pick(lang)).unwrap();
        if let Some(advice) = found.advice {
            write!(text, "\n  → {}", advice.of(lang)).unwrap();
        }
    }
    text.push('\n');
}

#[test]
fn every_sentence_is_the_committed_one() {
    let mut text = "Every sentence of every check, on made-up measurements, judged by each policy \
                    that ships.\n"
        .to_owned();
    for &code in Code::ALL {
        let about = code.about();
        write!(text, "\n## {code}\n").unwrap();
        for lang in Lang::ALL {
            let (title, advice) = (about.title.of(lang), about.advice.of(lang));
            writeln!(text, "{title} → {advice}").unwrap();
        }
        let shown = SHOWN.iter().filter(|(shown, _)| *shown == code);
        for change in shown.flat_map(|(_, changes)| *changes) {
            let mut measurements = good();
            change(&mut measurements);
            let mut before: Vec<Found> = Vec::new();
            for (name, _) in Policy::built_in() {
                let policy = Policy::named(name).unwrap();
                if let Some(found) = policy.checks().run(code, &measurements)
                    && !before.contains(&found)
                {
                    told(&mut text, name, &found);
                    before.push(found);
                }
            }
            assert!(!before.is_empty(), "{code}");
        }
    }
    committed("texts.txt", &text);
}
