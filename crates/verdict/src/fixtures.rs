//! A good photo, measured by hand, and the one way in which checks are tested.

use shomei_background::{Background, BackgroundObject, UnevenKind, Unevenness};
use shomei_framing::{Cut, Framing, Margins, Part, Trim};
use shomei_marks::Marks;
use shomei_photo::{
    ColourModel, Decoding, Degrees, DeltaE, FaceFacts, FaceSummary, FileFacts, Format, IccState,
    ImageSize, JpegFacts, Lab, OriginalPoint, Process, Px, QuarterTurn, Ratio, Region, Side,
};
use shomei_portrait::{Covering, Eye, Glare, Light, Mouth, Portrait, Pose, Sharpness, Sight};

use crate::check::Found;
use crate::checks::Checks;
use crate::{Code, Lang, Measurements, Outcome, Policy, Waivers, judge};

pub(crate) fn ratio(value: f32) -> Ratio {
    Ratio::new(value).unwrap()
}

pub(crate) fn px(value: f32) -> Px {
    Px::new(value).unwrap()
}

pub(crate) fn degrees(value: f32) -> Degrees {
    Degrees::new(value).unwrap()
}

pub(crate) fn delta_e(value: f32) -> DeltaE {
    DeltaE::new(value).unwrap()
}

pub(crate) fn region(x: u32, y: u32, width: u32, height: u32) -> Region {
    Region {
        x,
        y,
        width,
        height,
    }
}

/// A photo of 700 × 900 pixels that meets every rule.
pub(crate) fn good() -> Measurements {
    Measurements {
        file: good_file(),
        face: Some(good_face()),
        framing: Some(good_framing()),
        background: Some(good_background()),
        portrait: Some(good_portrait()),
        marks: Some(Marks::default()),
        failure: None,
        stopped_after: None,
    }
}

/// Makes a defect of a good photo.
pub(crate) type Sample = fn(&mut Measurements);

pub(crate) fn jpeg(m: &mut Measurements) -> &mut JpegFacts {
    m.file.jpeg.as_mut().unwrap()
}

pub(crate) fn face(m: &mut Measurements) -> &mut FaceFacts {
    m.face.as_mut().unwrap()
}

pub(crate) fn framing(m: &mut Measurements) -> &mut Framing {
    m.framing.as_mut().unwrap()
}

pub(crate) fn wall(m: &mut Measurements) -> &mut Background {
    m.background.as_mut().unwrap()
}

pub(crate) fn marks(m: &mut Measurements) -> &mut Marks {
    m.marks.as_mut().unwrap()
}

pub(crate) fn portrait(m: &mut Measurements) -> &mut Portrait {
    m.portrait.as_mut().unwrap()
}

pub(crate) fn pose(m: &mut Measurements) -> &mut Pose {
    portrait(m).pose.as_mut().unwrap()
}

pub(crate) fn eyes(m: &mut Measurements) -> &mut [Eye; 2] {
    portrait(m).eyes.as_mut().unwrap()
}

/// What is seen of the eye at the left (0) or right (1).
pub(crate) fn sight(m: &mut Measurements, side: usize) -> &mut Sight {
    eyes(m)[side].sight.as_mut().unwrap()
}

pub(crate) fn mouth(m: &mut Measurements) -> &mut Mouth {
    portrait(m).mouth.as_mut().unwrap()
}

pub(crate) fn covering(m: &mut Measurements) -> &mut Covering {
    portrait(m).covering.as_mut().unwrap()
}

pub(crate) fn glare(m: &mut Measurements) -> &mut Glare {
    portrait(m).glare.as_mut().unwrap()
}

pub(crate) fn light(m: &mut Measurements) -> &mut Light {
    portrait(m).light.as_mut().unwrap()
}

pub(crate) fn sharpness(m: &mut Measurements) -> &mut Sharpness {
    portrait(m).sharpness.as_mut().unwrap()
}

/// The good photo and others with one or more defects each.
pub(crate) fn bad() -> Vec<Measurements> {
    let changed = |change: fn(&mut Measurements)| {
        let mut measurements = good();
        change(&mut measurements);
        measurements
    };
    let mut all = vec![
        good(),
        changed(|m| m.face.as_mut().unwrap().faces.clear()),
        changed(|m| m.background = None),
        changed(|m| m.file.decoding = Decoding::Truncated { valid_ratio: None }),
        changed(|m| m.file.bytes = 9_000_000),
        changed(|m| {
            let framing = m.framing.as_mut().unwrap();
            framing.head_height_ratio = ratio(0.97);
            framing.face_height_ratio = ratio(0.7);
            framing.margins.top_ratio = ratio(0.0);
            framing.cuts = [(Part::Skull, 0.2), (Part::Hair, 0.7)]
                .map(|(part, lost)| Cut {
                    side: Side::Top,
                    part,
                    lost_ratio: ratio(lost),
                    region: region(200, 0, 300, 1),
                })
                .to_vec();
        }),
        changed(|m| {
            m.portrait
                .as_mut()
                .unwrap()
                .pose
                .as_mut()
                .unwrap()
                .yaw_degrees = degrees(-21.5);
            let mut second = m.face.as_ref().unwrap().faces[0];
            second.size_ratio = ratio(0.123_456);
            m.face.as_mut().unwrap().faces.push(second);
        }),
        changed(|m| {
            let covering = m.portrait.as_mut().unwrap().covering.as_mut().unwrap();
            covering.eyes_other_ratio = ratio(0.45);
            covering.eyes_luma_ratio = Some(ratio(0.6));
            covering.eyes_hair_ratio = ratio(0.3);
            covering.lower_face_other_ratio = ratio(0.6);
            covering.lower_face_skin_ratio = ratio(0.2);
            covering.head_other_ratio = ratio(0.5);
        }),
        changed(|m| {
            let light = m.portrait.as_mut().unwrap().light.as_mut().unwrap();
            light.luma_ratio = ratio(0.9);
            light.bright_ratio = ratio(0.5);
            light.balance_ratio = ratio(0.25);
        }),
        changed(|m| {
            m.background.as_mut().unwrap().objects = [(0.002, 40.0), (0.3, 5.0), (0.01, 9.0)]
                .map(|(area, contrast)| BackgroundObject {
                    region: region(0, 0, 40, 40),
                    area_ratio: ratio(area),
                    contrast_delta_e: delta_e(contrast),
                })
                .to_vec();
        }),
    ];
    all.extend(
        [
            UnevenKind::Pattern,
            UnevenKind::TwoTones,
            UnevenKind::Gradient,
        ]
        .map(|kind| {
            let mut measurements = good();
            measurements.background.as_mut().unwrap().unevenness = Some(Unevenness {
                kind,
                region: region(0, 0, 100, 100),
                strength_delta_e: delta_e(17.321_77),
            });
            measurements
        }),
    );
    all
}

fn good_file() -> FileFacts {
    FileFacts {
        bytes: 120_000,
        format: Format::Jpeg,
        jpeg: Some(JpegFacts {
            stored_size: ImageSize::new(700, 900),
            orientation: 1,
            process: Process::Baseline,
            precision_bits: 8,
            components: 3,
            colour_model: ColourModel::YCbCr,
            icc: IccState::Absent,
            eoi: true,
            trailing_bytes: 0,
            quality: Some(90),
            editor: None,
            edit_mark: None,
            peculiarity: None,
        }),
        decoding: Decoding::Complete,
    }
}

fn good_face() -> FaceFacts {
    FaceFacts {
        turn: QuarterTurn::None,
        faces: vec![FaceSummary {
            region: region(210, 240, 280, 380),
            score_ratio: ratio(0.93),
            size_ratio: ratio(1.0),
        }],
        presence_ratio: Some(ratio(1.0)),
        eyes: Some([
            OriginalPoint { x: 285, y: 400 },
            OriginalPoint { x: 415, y: 400 },
        ]),
        crown: Some(OriginalPoint { x: 350, y: 90 }),
        chin: Some(OriginalPoint { x: 350, y: 630 }),
        outline: vec![
            OriginalPoint { x: 350, y: 90 },
            OriginalPoint { x: 520, y: 360 },
            OriginalPoint { x: 350, y: 630 },
            OriginalPoint { x: 180, y: 360 },
        ],
    }
}

fn good_framing() -> Framing {
    Framing {
        picture: None,
        head_height_ratio: ratio(0.6),
        face_height_ratio: ratio(0.45),
        head_width_ratio: ratio(0.49),
        face_width_ratio: ratio(0.4),
        margins: Margins {
            top_ratio: ratio(0.1),
            bottom_ratio: ratio(0.3),
            left_ratio: ratio(0.26),
            right_ratio: ratio(0.25),
        },
        centre_x_ratio: ratio(0.5),
        eye_line_y_ratio: ratio(0.44),
        inter_eye_px: px(130.0),
        cuts: Vec::new(),
        trim: Trim {
            region: region(72, 27, 556, 715),
            head_height_ratio: ratio(0.7556),
            top_margin_ratio: ratio(0.0889),
            centre_x_ratio: ratio(0.5),
            print_height_px: px(695.0),
        },
        printed: Some(region(40, 0, 620, 774)),
    }
}

fn good_background() -> Background {
    Background {
        area_ratio: ratio(0.4),
        colour: Lab::new(92.0, 0.5, 1.0).unwrap(),
        spread_delta_e: delta_e(0.8),
        fall_off_delta_e: delta_e(4.0),
        luma_spread_ratio: ratio(0.05),
        texture_ratio: ratio(0.001),
        objects: Vec::new(),
        unevenness: None,
        shadows: Vec::new(),
        outside: None,
    }
}

pub(crate) fn good_sight() -> Sight {
    Sight {
        white_luma_ratio: ratio(2.8),
        under_luma_ratio: ratio(1.02),
        worn_ratio: ratio(0.01),
        hair_ratio: ratio(0.01),
        blown_ratio: ratio(0.0),
        likeness_ratio: ratio(0.9),
        bar_ratio: ratio(0.3),
    }
}

fn good_portrait() -> Portrait {
    let eye = |x| Eye {
        openness_ratio: ratio(0.3),
        pupil_luma_ratio: None,
        gaze_ratio: ratio(0.5),
        red_ratio: Some(ratio(0.0)),
        brow_ratio: Some(ratio(0.4)),
        sight: Some(good_sight()),
        region: Some(region(x, 385, 60, 30)),
    };
    Portrait {
        pose: Some(Pose {
            yaw_degrees: degrees(1.5),
            pitch_degrees: degrees(-4.0),
            roll_degrees: degrees(0.5),
        }),
        eyes: Some([eye(255), eye(385)]),
        mouth: Some(Mouth {
            openness_ratio: ratio(0.01),
            teeth_ratio: Some(ratio(0.0)),
            corner_lift_ratio: Some(ratio(-0.03)),
            region: Some(region(290, 520, 120, 40)),
        }),
        glare: Some(Glare {
            lens_ratio: ratio(0.0),
            eye_ratio: ratio(0.0),
            region: Some(region(240, 370, 88, 57)),
        }),
        covering: Some(Covering {
            eyes_other_ratio: ratio(0.01),
            eyes_luma_ratio: Some(ratio(0.8)),
            eyes_hair_ratio: ratio(0.01),
            eyes_region: Some(region(240, 360, 220, 80)),
            lower_face_other_ratio: ratio(0.01),
            lower_face_skin_ratio: ratio(0.95),
            mouth_hand_ratio: Some(ratio(0.02)),
            lower_face_region: Some(region(230, 440, 240, 190)),
            head_other_ratio: ratio(0.02),
            head_region: Some(region(180, 90, 340, 150)),
            head_worn_ratio: Some(ratio(0.02)),
            head_bare_ratio: Some(ratio(0.1)),
            head_covering: None,
        }),
        light: Some(Light {
            luma_ratio: ratio(0.65),
            dark_ratio: ratio(0.01),
            bright_ratio: ratio(0.0),
            contrast_ratio: ratio(0.4),
            balance_ratio: ratio(0.85),
            darkest_region: Some(region(220, 440, 60, 60)),
        }),
        sharpness: Some(Sharpness {
            blur_print_px: px(0.6),
            noise_ratio: ratio(0.008),
        }),
    }
}

/// Runs one check with its defaults on a good photo that was changed, and asserts its outcome.
pub(crate) fn check(
    code: Code,
    change: impl FnOnce(&mut Measurements),
    expected: Option<Outcome>,
) -> Option<Found> {
    let mut measurements = good();
    change(&mut measurements);
    let found = Checks::default().run(code, &measurements);
    let outcome = found.as_ref().map(|found| found.outcome);
    assert_eq!(outcome, expected, "{code}: {found:#?}");
    if let Some(found) = &found {
        for lang in Lang::ALL {
            let text = found.text.of(lang);
            let end = if lang == Lang::Ja { '。' } else { '.' };
            assert!(text.ends_with(end), "{text}");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
    }
    found
}

/// The codes of a whole review of a good photo that was changed.
pub(crate) fn codes(change: impl FnOnce(&mut Measurements)) -> Vec<Code> {
    let mut measurements = good();
    change(&mut measurements);
    judge(
        &measurements,
        &Policy::my_number_card(),
        &Waivers::default(),
    )
    .findings()
    .iter()
    .map(crate::Finding::code)
    .collect()
}

/// Asserts that a committed file holds `generated`; with `SHOMEI_BLESS=1` writes it instead.
pub(crate) fn committed(file: &str, generated: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("SHOMEI_BLESS").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == generated,
        "{file} is out of date; SHOMEI_BLESS=1 rewrites it"
    );
}
