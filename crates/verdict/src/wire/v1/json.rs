//! The types of the JSON. They are separate from the types that the code works with, so that a
//! change there does not change a record.
//!
//! Each type names its counterpart and has the same fields. A field or variant that is added to the
//! counterpart does not compile until it has a name here. If a field of the counterpart is renamed,
//! rename it here too and keep the name in the JSON with `#[serde(rename = "…")]`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};
use shomei_background as background;
use shomei_framing as framing;
use shomei_photo as photo;
use shomei_photo::{Degrees, DeltaE, Px, Ratio};
use shomei_portrait as portrait;

use super::{Engine, FindingRecord, PolicyRecord, ReviewRecord, SCHEMA};
use crate::measurements::{plain, round};

mod convert;

pub(super) use convert::{As, Wire};
use convert::{Invalid, Number, enums, structs};

/// One review as a line of JSON.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReviewRecord")]
pub(super) struct Line<'a> {
    /// Always `shomei.review/1`.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// What the caller calls the photo.
    id: &'a str,
    /// The answer.
    verdict: Verdict,
    /// Why, the most severe first; empty for an accepted photo.
    findings: &'a [FindingRecord],
    /// The file in short.
    file: FileRecord,
    /// The main face in short; null if there is none.
    face: Option<FaceRecord<'a>>,
    /// All that was measured: enough to judge again.
    measurements: &'a Measurements,
    /// The policy that was applied.
    policy: &'a PolicyRecord,
    /// Exceptions that were declared.
    waivers: Vec<Code>,
    /// What measured.
    engine: &'a Engine,
    /// Milliseconds by stage; the only part that differs from run to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    timings_ms: Option<&'a BTreeMap<String, f64>>,
}

impl<'a> Line<'a> {
    /// The line of `record`, whose measurements are written as `measurements`.
    pub(super) fn new(record: &'a ReviewRecord, measurements: &'a Measurements) -> Self {
        Self {
            schema: SCHEMA,
            id: &record.id,
            verdict: Verdict::write(&record.verdict),
            findings: &record.findings,
            file: FileRecord::new(&record.measurements.file),
            face: measurements.face.as_ref().and_then(FaceRecord::new),
            measurements,
            policy: &record.policy,
            waivers: record.waivers.iter().map(Code).collect(),
            engine: &record.engine,
            timings_ms: record.timings_ms.as_ref(),
        }
    }
}

/// The file in short.
#[derive(Serialize, JsonSchema)]
struct FileRecord {
    /// Length in bytes.
    bytes: u64,
    /// Width in pixels as a viewer shows it; null if unknown.
    width: Option<u32>,
    /// Height in pixels as a viewer shows it; null if unknown.
    height: Option<u32>,
    /// Recognised by content.
    format: Format,
    /// EXIF orientation 1–8; null if it is no JPEG.
    orientation: Option<u8>,
}

impl FileRecord {
    fn new(file: &photo::FileFacts) -> Self {
        let shown = file.shown_size();
        Self {
            bytes: file.bytes,
            width: shown.map(|size| size.width()),
            height: shown.map(|size| size.height()),
            format: Format::write(&file.format),
            orientation: file.jpeg.as_ref().map(|jpeg| jpeg.orientation),
        }
    }
}

/// The main face in short, in pixels of the original.
#[derive(Serialize, JsonSchema)]
struct FaceRecord<'a> {
    /// The part of the face box inside the photo. Deprecated: read
    /// `measurements.face.faces[0].region`.
    #[serde(rename = "box")]
    #[schemars(extend("deprecated" = true))]
    region: &'a Region,
    /// Middle of the eye at the picture's left and right.
    eyes: Option<&'a [OriginalPoint; 2]>,
    /// Crown with hair.
    crown_y: Option<i32>,
    /// Lowest point of the chin.
    chin_y: Option<i32>,
    /// Contour of the head with hair. Deprecated: read `measurements.face.outline`.
    #[schemars(extend("deprecated" = true))]
    outline: &'a [OriginalPoint],
    /// Number of faces in the photo.
    count: usize,
}

impl<'a> FaceRecord<'a> {
    fn new(face: &'a FaceFacts) -> Option<Self> {
        let y = |point: &OriginalPoint| point.y;
        Some(Self {
            region: &face.faces.first()?.region,
            eyes: face.eyes.as_ref(),
            crown_y: face.crown.as_ref().map(y),
            chin_y: face.chin.as_ref().map(y),
            outline: &face.outline,
            count: face.faces.len(),
        })
    }
}

structs! {
    /// What the stages measured, from the bytes to the light on the face.
    ///
    /// A stage that did not run leaves `None`: after a file that could not be decoded, where no face
    /// was found, or behind `stopped_after`.
    Measurements for crate::Measurements {
        /// The file.
        file: FileFacts,
        /// The faces; `None` if the picture was not decoded or the search failed.
        face: Option<FaceFacts>,
        /// How the head sits in the photo.
        framing: Option<Framing>,
        /// What is behind the person.
        background: Option<Background>,
        /// The face itself.
        portrait: Option<Portrait>,
        /// The stage that failed, if one did.
        failure: Option<Failure>,
        /// Name of the last stage that ran, in snake_case, if a fast review stopped there because the
        /// photo was rejected already; what comes behind it was not looked at.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        stopped_after: Option<String>,
    }

    /// A stage that returned an error or panicked.
    Failure for crate::Failure {
        /// Name of the stage in snake_case, such as `face` or `background`.
        stage: String,
        /// What went wrong; never holds pixels or names.
        cause: String,
    }

    /// Facts about one input file.
    FileFacts for photo::FileFacts {
        /// Length of the input in bytes; 0 if the system could not read it.
        bytes: u64,
        /// What the first bytes say, whatever the name.
        format: Format,
        /// Facts of the JPEG headers, if it is a JPEG with a readable frame header.
        jpeg: Option<JpegFacts>,
        /// How far the picture could be decoded.
        decoding: Decoding,
    }

    /// Facts of the JPEG headers.
    JpegFacts for photo::JpegFacts {
        /// Size as stored, before the EXIF orientation; `None` if a side is given as zero.
        stored_size: Option<ImageSize>,
        /// EXIF orientation 1–8; 1 if there is none or it is not one of these.
        orientation: u8,
        /// Coding process.
        process: Process,
        /// Bits a sample.
        precision_bits: u8,
        /// Number of components.
        components: u8,
        /// What the components mean.
        colour_model: ColourModel,
        /// Whether an ICC profile is embedded, and it could be used.
        icc: IccState,
        /// Whether the end-of-image marker (EOI) is there.
        eoi: bool,
        /// Bytes after the end-of-image marker.
        trailing_bytes: u64,
        /// IJG quality (1–100) whose luma table is nearest to the file's; absent without a table.
        quality: Option<u8>,
        /// Program named in the metadata, if it is a known picture editor.
        editor: Option<String>,
    }

    /// What a review keeps of the [`Subject`]; coordinates are of the original frame.
    FaceFacts for photo::FaceFacts {
        /// The clockwise turn that brings the person upright; anything but `none` means that the
        /// photo shows them sideways or upside down.
        turn: QuarterTurn,
        /// The faces, the main one first.
        faces: Vec<FaceSummary>,
        /// The landmark model's confidence that the main face is one; absent if it was not asked.
        presence_ratio: Option<Number<Ratio>>,
        /// Middle of the eye at the picture's left and right, as the upright person is seen.
        eyes: Option<[OriginalPoint; 2]>,
        /// Crown with hair.
        crown: Option<OriginalPoint>,
        /// Lowest point of the chin.
        chin: Option<OriginalPoint>,
        /// Contour of the head with hair.
        outline: Vec<OriginalPoint>,
    }

    /// One face as it is kept in a review.
    FaceSummary for photo::FaceSummary {
        /// The part of the face box inside the photo.
        region: Region,
        /// The detector's confidence, 0 to 1.
        score_ratio: Number<Ratio>,
        /// Area of the box over the area of the main face's box.
        size_ratio: Number<Ratio>,
    }

    /// A point of the original frame in whole pixels; may lie outside the photo.
    OriginalPoint for photo::OriginalPoint {
        x: i32,
        y: i32,
    }

    /// A rectangle of the original frame in whole pixels, inside the photo and at least 1 × 1.
    Region for photo::Region {
        x: u32,
        y: u32,
        width: u32,
        height: u32,
    }

    /// How the head sits in the photo.
    Framing for framing::Framing {
        /// Crown with hair to chin over the photo's height. Where the crown is cut off, the skull
        /// is extrapolated from the face, so that the value may exceed 1.
        head_height_ratio: Number<Ratio>,
        /// Hairline to chin over the photo's height.
        face_height_ratio: Number<Ratio>,
        /// Head with hair and ears over the photo's width.
        head_width_ratio: Number<Ratio>,
        /// Cheek to cheek at ear height over the photo's width.
        face_width_ratio: Number<Ratio>,
        /// Space around the head.
        margins: Margins,
        /// Middle of the face, from the photo's left edge, over its width; 0.5 is centred.
        centre_x_ratio: Number<Ratio>,
        /// Line through the eyes, from the photo's top edge, over its height.
        eye_line_y_ratio: Number<Ratio>,
        /// Distance of the eyes in pixels of the original.
        inter_eye_px: Number<Px>,
        /// What is cut off, in the order top, bottom, left, right.
        cuts: Vec<Cut>,
        /// The best 35:45 part of the photo.
        trim: Trim,
    }

    /// Space between the head and the photo's edges, each over the photo's extent in that
    /// direction; negative where the head reaches beyond the edge.
    Margins for framing::Margins {
        /// Crown with hair to the top edge, over the height.
        top_ratio: Number<Ratio>,
        /// Chin to the bottom edge, over the height.
        bottom_ratio: Number<Ratio>,
        /// Hair or ear to the left edge, over the width.
        left_ratio: Number<Ratio>,
        /// Hair or ear to the right edge, over the width.
        right_ratio: Number<Ratio>,
    }

    /// A part of the head that lies beyond an edge of the photo.
    Cut for framing::Cut {
        /// The edge.
        side: Side,
        /// What is cut.
        part: Part,
        /// How much: for hair the share of the edge of the head that touches the photo's edge; for
        /// all else the part beyond the edge over the face's extent in that direction.
        lost_ratio: Number<Ratio>,
        /// Where on the photo's edge.
        region: Region,
    }

    /// The 35:45 part of the photo that comes nearest to the card's composition: head 34 of
    /// 45 mm, 4 mm above it, face in the middle.
    Trim for framing::Trim {
        /// The part, inside the photo.
        region: Region,
        /// Crown to chin over the height of the part.
        head_height_ratio: Number<Ratio>,
        /// Space above the crown over the height of the part; 0 where the crown touches.
        top_margin_ratio: Number<Ratio>,
        /// Middle of the face over the width of the part; 0.5 is centred.
        centre_x_ratio: Number<Ratio>,
        /// Pixels of the original along the 27.5 mm of the printed photo.
        print_height_px: Number<Px>,
    }

    /// What is behind the person. Colours are compared in CIE L\*a\*b\* after averaging over small
    /// cells, so that sensor noise does not count.
    Background for background::Background {
        /// Background that was looked at, over the whole photo. The band around the person, where
        /// masks are unsure, is left out.
        area_ratio: Number<Ratio>,
        /// Median colour.
        colour: Lab,
        /// 95th percentile of the distance from the fitted smooth surface.
        spread_delta_e: Number<DeltaE>,
        /// Lightest to darkest (5th to 95th percentile) of the fitted smooth surface, in ΔL\*: the
        /// fall-off of light over an even wall.
        fall_off_delta_e: Number<DeltaE>,
        /// 5th to 95th percentile of the luma over 255.
        luma_spread_ratio: Number<Ratio>,
        /// Share of the background covered by edges that are not the person's outline.
        texture_ratio: Number<Ratio>,
        /// Compact things that differ from the wall, largest first.
        objects: Vec<BackgroundObject>,
        /// The wall itself is not even.
        unevenness: Option<Unevenness>,
        /// Shadows cast on the wall, deepest first.
        shadows: Vec<Shadow>,
    }

    /// A compact thing that differs from the wall.
    BackgroundObject for background::BackgroundObject {
        /// Where.
        region: Region,
        /// Its area over the whole photo.
        area_ratio: Number<Ratio>,
        /// Mean distance from the wall's colour.
        contrast_delta_e: Number<DeltaE>,
    }

    /// What makes a wall uneven.
    Unevenness for background::Unevenness {
        /// Pattern, gradient or two tones.
        kind: UnevenKind,
        /// Where it is strongest.
        region: Region,
        /// How strong, as a colour distance.
        strength_delta_e: Number<DeltaE>,
    }

    /// A shadow on the wall: darker than the wall around it, of the same hue.
    Shadow for background::Shadow {
        /// Where.
        region: Region,
        /// On which side of the head.
        side: Side,
        /// Its area over the whole photo.
        area_ratio: Number<Ratio>,
        /// Share of the light that is missing: 0 none, 1 black (linear luminance).
        depth_ratio: Number<Ratio>,
    }

    /// The face itself. A part that could not be measured is absent.
    Portrait for portrait::Portrait {
        /// Direction of the head.
        pose: Option<Pose>,
        /// Eye at the left and at the right of the picture.
        eyes: Option<[Eye; 2]>,
        /// The mouth.
        mouth: Option<Mouth>,
        /// Light that glasses throw back.
        glare: Option<Glare>,
        /// What covers the face or the head.
        covering: Option<Covering>,
        /// Light on the face.
        light: Option<Light>,
        /// Sharpness at the printed size.
        sharpness: Option<Sharpness>,
    }

    /// Direction of the head against the camera.
    Pose for portrait::Pose {
        /// Turn to the side; positive towards the right of the picture.
        yaw_degrees: Number<Degrees>,
        /// Nod; positive downwards. Carries an offset of the person of up to about 13°.
        pitch_degrees: Number<Degrees>,
        /// Tilt in the picture plane; positive clockwise.
        roll_degrees: Number<Degrees>,
    }

    /// One eye.
    Eye for portrait::Eye {
        /// Distance of the lids over the distance of the corners, mean of three pairs.
        openness_ratio: Number<Ratio>,
        /// Luma of the darkest tenth between the lids over the luma of the cheeks: low where a pupil
        /// shows, however narrow the eye.
        pupil_luma_ratio: Option<Number<Ratio>>,
        /// Middle of the iris between the corners: 0 at the left corner, 1 at the right one.
        gaze_ratio: Number<Ratio>,
        /// Share of the iris's disc that is redder than the skin.
        red_ratio: Option<Number<Ratio>>,
        /// Height of the brow above the line of the eyes, over the distance of the eyes.
        brow_ratio: Option<Number<Ratio>>,
        /// The eye with its lids.
        region: Option<Region>,
    }

    /// The mouth.
    Mouth for portrait::Mouth {
        /// Gap of the inner lips over the width of the mouth.
        openness_ratio: Number<Ratio>,
        /// Area of the teeth that are seen, over the square of the mouth's width.
        teeth_ratio: Option<Number<Ratio>>,
        /// Height of the mouth's corners above the middle of the lips, over the mouth's width, as
        /// the head would show it without a nod.
        corner_lift_ratio: Option<Number<Ratio>>,
        /// The mouth.
        region: Option<Region>,
    }

    /// Light that glasses throw back, of the eye where there is more of it.
    Glare for portrait::Glare {
        /// Share of the inner part of the lens (an ellipse of 0.68 × 0.44 eye distances around the
        /// eye) that is blown out by something colourless.
        lens_ratio: Number<Ratio>,
        /// The same share of the opening between the lids.
        eye_ratio: Number<Ratio>,
        /// The inner part of the lens.
        region: Option<Region>,
    }

    /// Shares of face areas that the class model gives to worn or held things or to hair, each the
    /// mean probability over the area: 0 none, 1 all.
    Covering for portrait::Covering {
        /// Worn things over the eyes (brows to cheeks): dark or clear glasses.
        eyes_other_ratio: Number<Ratio>,
        /// Luma of the skin-free lenses area over the luma of the cheeks; dark lenses are low.
        eyes_luma_ratio: Option<Number<Ratio>>,
        /// Hair over the eyes themselves.
        eyes_hair_ratio: Number<Ratio>,
        /// Where the eyes are.
        eyes_region: Option<Region>,
        /// Worn things over nose, mouth and chin.
        lower_face_other_ratio: Number<Ratio>,
        /// Face skin that is seen on nose, mouth and chin.
        lower_face_skin_ratio: Number<Ratio>,
        /// Where nose, mouth and chin are.
        lower_face_region: Option<Region>,
        /// Worn things above the face, where hair or skull are expected.
        head_other_ratio: Number<Ratio>,
        /// Where hair or skull are expected.
        head_region: Option<Region>,
    }

    /// Light on the face; luma is that of 8-bit sRGB over 255 (0 black, 1 white).
    Light for portrait::Light {
        /// Mean luma of the face's skin.
        luma_ratio: Number<Ratio>,
        /// Share of the face darker than 10 % luma.
        dark_ratio: Number<Ratio>,
        /// Share of the face lighter than 97 % luma.
        bright_ratio: Number<Ratio>,
        /// 5th to 95th percentile of the face's luma.
        contrast_ratio: Number<Ratio>,
        /// Luminance of the darker half of the face over that of the lighter half (linear light,
        /// matching zones of cheek, forehead and chin): 1 even, 0 one half black.
        balance_ratio: Number<Ratio>,
        /// The darker of the zones that `balance_ratio` compares.
        darkest_region: Option<Region>,
    }

    /// Sharpness of the face, at the size in which it is printed.
    Sharpness for portrait::Sharpness {
        /// Blur of the sharpest edges of the face as the standard deviation of a Gaussian, in dots
        /// of the 27.5 mm high print at 300 dpi (325 dots); at 600 dpi it is twice as many dots.
        blur_print_px: Number<Px>,
        /// Standard deviation of the noise on the skin over 255, at the working scale; of cheeks and
        /// forehead the smoother.
        noise_ratio: Number<Ratio>,
    }
}

enums! {
    /// Container or file type, recognised by content.
    Format for photo::Format {
        Jpeg,
        Png,
        Gif,
        Webp,
        Bmp,
        Tiff,
        Heic,
        Avif,
        Jpeg2000,
        JpegXl,
        Ico,
        Tga,
        Ppm,
        Svg,
        Html,
        Pdf,
        Zip,
        Text,
        Empty,
        Unknown,
    }

    /// How the JPEG is coded (ITU-T T.81 table B.1, by its SOF marker).
    Process for photo::Process {
        /// SOF0.
        Baseline,
        /// SOF1, Huffman.
        ExtendedSequential,
        /// SOF2, Huffman.
        Progressive,
        /// SOF3, SOF7, SOF11, SOF15.
        Lossless,
        /// SOF9, SOF10, SOF13, SOF14.
        Arithmetic,
        /// SOF5, SOF6.
        Hierarchical,
    }

    /// What the components of the JPEG mean.
    ColourModel for photo::ColourModel {
        Grey,
        YCbCr,
        Rgb,
        Cmyk,
        Ycck,
        /// Another number of components.
        Other,
    }

    /// The embedded ICC profile.
    IccState for photo::IccState {
        /// None: the pixels are taken as sRGB.
        Absent,
        /// Its colours were converted to sRGB (or it is sRGB).
        Converted,
        /// It is damaged or of another colour model: the pixels are taken as sRGB.
        Unusable,
    }

    /// How far the picture could be decoded.
    #[serde(tag = "state")]
    Decoding for photo::Decoding {
        /// Whole.
        Complete,
        /// The system could not read the file.
        Unreadable {
            /// Why.
            cause: Unreadable,
        },
        /// Not a format that we decode.
        NotJpeg,
        /// A JPEG of a process that the card system does not take.
        UnsupportedJpeg,
        /// A colour model that is not decoded (CMYK, YCCK).
        UnsupportedColour,
        /// The data end early.
        Truncated {
            /// Share of the picture's rows that were there, if known.
            valid_ratio: Option<Number<Ratio>>,
        },
        /// The data are damaged.
        Corrupt {
            /// What is wrong, in the decoder's words; never holds pixels or names.
            detail: String,
        },
        /// A limit was met before decoding.
        LimitExceeded {
            /// Which.
            limit: LimitKind,
        },
    }

    /// Why the system could not read a file.
    Unreadable for photo::Unreadable {
        PermissionDenied,
        Vanished,
        NotAFile,
        Other,
    }

    /// Which limit stopped the decoding.
    LimitKind for photo::LimitKind {
        /// More bytes than are read.
        Bytes,
        /// More pixels than are decoded.
        Pixels,
        /// More scans than are decoded.
        Scans,
    }

    /// How far a picture must be turned clockwise so that the crown points up.
    QuarterTurn for photo::QuarterTurn {
        /// Already upright.
        None,
        /// By 90°.
        Clockwise,
        /// By 180°.
        Half,
        /// By 270°.
        CounterClockwise,
    }

    /// A side of the picture (not of the person).
    Side for photo::Side {
        Top,
        Bottom,
        Left,
        Right,
    }

    /// Parts of a head.
    Part for framing::Part {
        Hair,
        Skull,
        Ear,
        Cheek,
        Chin,
    }

    /// Kinds of uneven walls.
    UnevenKind for background::UnevenKind {
        /// Repeated or textured: stripes, bricks, leaves, a whole room.
        Pattern,
        /// A smooth change beyond the fall-off of light on a wall.
        Gradient,
        /// Two even areas that differ.
        TwoTones,
    }

    /// The answer for one photo. Complete: callers must handle all three.
    Verdict for crate::Verdict {
        /// Nothing was found.
        Accept,
        /// A person should look.
        Refer,
        /// The photo does not meet a rule.
        Reject,
    }

    /// What follows from a finding.
    ///
    /// Complete: a check that passes has no finding.
    Outcome for crate::Outcome {
        /// A person should look.
        Refer,
        /// It could not be assessed; a person should look.
        Unable,
        /// The photo does not meet the rule.
        Reject,
    }
}

/// What a finding is about. Written in snake_case; codes are only ever added.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Code(crate::Code);

impl Wire<crate::Code> for Code {
    fn write(value: &crate::Code) -> Self {
        Self(*value)
    }

    fn read(self) -> Result<crate::Code, Invalid> {
        Ok(self.0)
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = crate::Code::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({
            "description":
                "What a finding is about. Written in snake_case; codes are only ever added.",
            "enum": names,
            "type": "string",
        })
    }
}

/// The range that is fine, in the unit of what was measured. The text names the same limits,
/// whether the finding refers or rejects.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Limit {
    /// Smallest value that is fine.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "bound",
        default
    )]
    min: Option<f64>,
    /// Largest value that is fine.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "bound",
        default
    )]
    max: Option<f64>,
}

fn bound<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(plain).serialize(serializer)
}

impl Wire<crate::Limit> for Limit {
    fn write(&crate::Limit { min, max }: &crate::Limit) -> Self {
        Self { min, max }
    }

    fn read(self) -> Result<crate::Limit, Invalid> {
        let Self { min, max } = self;
        Ok(crate::Limit { min, max })
    }
}

/// Width and height of an image in pixels, both at least 1.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct ImageSize {
    width: u32,
    height: u32,
}

impl Wire<photo::ImageSize> for ImageSize {
    fn write(value: &photo::ImageSize) -> Self {
        Self {
            width: value.width(),
            height: value.height(),
        }
    }

    fn read(self) -> Result<photo::ImageSize, Invalid> {
        photo::ImageSize::new(self.width, self.height).ok_or("a side of the picture is 0 pixels")
    }
}

/// Wire form of [`Lab`], with the unit in the field names.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Lab {
    lab_l: f64,
    lab_a: f64,
    lab_b: f64,
}

impl Wire<photo::Lab> for Lab {
    fn write(value: &photo::Lab) -> Self {
        let rounded = |number: f32| round(f64::from(number));
        Self {
            lab_l: rounded(value.l()),
            lab_a: rounded(value.a()),
            lab_b: rounded(value.b()),
        }
    }

    fn read(self) -> Result<photo::Lab, Invalid> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "f32 is the precision that is kept"
        )]
        photo::Lab::new(self.lab_l as f32, self.lab_a as f32, self.lab_b as f32)
            .ok_or("not a finite colour")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_and_outcomes_have_the_names_by_which_they_are_known() {
        use crate::Outcome as O;
        use crate::Verdict as V;
        for verdict in [V::Accept, V::Refer, V::Reject] {
            let written = serde_json::to_value(Verdict::write(&verdict)).unwrap();
            assert_eq!(written, verdict.as_str());
        }
        for outcome in [O::Refer, O::Unable, O::Reject] {
            let written = serde_json::to_value(Outcome::write(&outcome)).unwrap();
            assert_eq!(written, outcome.as_str());
        }
    }
}
