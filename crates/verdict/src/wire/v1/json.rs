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
use shomei_marks as marks;
use shomei_photo as photo;
use shomei_photo::{Degrees, DeltaE, Px, Ratio};
use shomei_portrait as portrait;

use super::{Engine, FindingRecord, NoteRecord, PolicyRecord, ReviewRecord, SCHEMA};
use crate::measurements::{plain, round};
use crate::{Code, Waivers};

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
    /// The id that the caller gave the photo.
    id: &'a str,
    /// The verdict.
    verdict: Verdict,
    /// The reasons, the most severe first; empty for an accepted photo.
    findings: &'a [FindingRecord],
    /// What readers should know although nothing is wrong; absent if there is nothing.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [NoteRecord],
    /// Summary of the file.
    file: FileRecord,
    /// Summary of the main face; null if there is no face.
    face: Option<FaceRecord<'a>>,
    /// All measurements: enough to judge again.
    measurements: &'a Measurements,
    /// The policy that was applied.
    policy: &'a PolicyRecord,
    /// Recorded exceptions.
    #[schemars(with = "Vec<Code>")]
    waivers: &'a Waivers,
    /// The engine that made the measurements.
    engine: &'a Engine,
    /// Milliseconds by stage; the only part that differs between runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    timings_ms: Option<&'a BTreeMap<String, f64>>,
}

impl<'a> Line<'a> {
    /// The line of `record`, with `measurements` as its measurements.
    pub(super) fn new(record: &'a ReviewRecord, measurements: &'a Measurements) -> Self {
        Self {
            schema: SCHEMA,
            id: &record.id,
            verdict: Verdict::write(&record.verdict),
            findings: &record.findings,
            notes: &record.notes,
            file: FileRecord::new(&record.measurements.file),
            face: measurements.face.as_ref().and_then(FaceRecord::new),
            measurements,
            policy: &record.policy,
            waivers: &record.waivers,
            engine: &record.engine,
            timings_ms: record.timings_ms.as_ref(),
        }
    }
}

/// Summary of the file.
#[derive(Serialize, JsonSchema)]
struct FileRecord {
    /// Length in bytes.
    bytes: u64,
    /// Width in pixels as a viewer shows it; null if unknown.
    width: Option<u32>,
    /// Height in pixels as a viewer shows it; null if unknown.
    height: Option<u32>,
    /// The file type, recognised by content.
    format: Format,
    /// EXIF orientation 1–8; null if the file is not a JPEG.
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

/// Summary of the main face, in pixels of the original.
#[derive(Serialize, JsonSchema)]
struct FaceRecord<'a> {
    /// The part of the face box inside the photo. Deprecated: read
    /// `measurements.face.faces[0].region`.
    #[serde(rename = "box")]
    #[schemars(extend("deprecated" = true))]
    region: &'a Region,
    /// Centre of the eye at the left and at the right of the picture.
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
    /// The measurements of all stages, from the bytes to the light on the face.
    ///
    /// The field of a stage that did not run is null: if the file could not be decoded, if no face was
    /// found, or after `stopped_after`.
    Measurements for crate::Measurements {
        /// The file.
        file: FileFacts,
        /// The faces; null if the picture was not decoded or the search failed.
        face: Option<FaceFacts>,
        /// The framing of the head.
        framing: Option<Framing>,
        /// The background.
        background: Option<Background>,
        /// The face.
        portrait: Option<Portrait>,
        /// Writing, stamps, creases and the like; absent in reviews of versions that did not look.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        marks: Option<Marks>,
        /// The failed stage, if any.
        failure: Option<Failure>,
        /// Name of the last stage that ran, in snake_case, if a fast review stopped there because the
        /// photo was rejected. Later stages did not run.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        stopped_after: Option<String>,
    }

    /// The range that is fine, in the unit of what was measured. The text names the same limits,
    /// whether the finding refers or rejects.
    Limit for crate::Limit {
        /// Smallest value that is fine.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "bound", default)]
        min: Option<f64>,
        /// Largest value that is fine.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "bound", default)]
        max: Option<f64>,
    }

    /// A stage that returned an error or panicked.
    Failure for crate::Failure {
        /// Name of the stage in snake_case, such as `face` or `background`.
        stage: String,
        /// What went wrong; never contains pixels or names.
        cause: String,
    }

    /// Facts about one input file.
    FileFacts for photo::FileFacts {
        /// Length of the input in bytes; 0 if the system could not read it.
        bytes: u64,
        /// The file type by its first bytes, whatever its name.
        format: Format,
        /// Facts of the JPEG headers, if the file is a JPEG with a readable frame header.
        jpeg: Option<JpegFacts>,
        /// How much of the picture could be decoded.
        decoding: Decoding,
    }

    /// Facts of the JPEG headers.
    JpegFacts for photo::JpegFacts {
        /// Size as stored, before the EXIF orientation; null if a side is zero.
        stored_size: Option<ImageSize>,
        /// EXIF orientation 1–8; 1 if it is missing or not valid.
        orientation: u8,
        /// Coding process.
        process: Process,
        /// Bits per sample.
        precision_bits: u8,
        /// Number of components.
        components: u8,
        /// The colour model of the components.
        colour_model: ColourModel,
        /// Whether an ICC profile is embedded and could be used.
        icc: IccState,
        /// Whether the end-of-image marker (EOI) exists.
        eoi: bool,
        /// Bytes after the end-of-image marker.
        trailing_bytes: u64,
        /// IJG quality (1–100) whose luma table is nearest to the file's; absent without a table.
        quality: Option<u8>,
        /// Program named in the metadata, if it is a known picture editor.
        editor: Option<String>,
        /// A mark in the metadata that the picture is not as a camera took it, if there is one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        edit_mark: Option<EditMark>,
        /// What makes the file one that some programs cannot open, if anything.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        peculiarity: Option<Peculiarity>,
    }

    /// A mark in the metadata that the picture is not as a camera took it.
    EditMark for photo::EditMark {
        /// What it says.
        claim: EditClaim,
        /// Where it is.
        place: MarkPlace,
        /// The mark as its standard names it, such as `trainedAlgorithmicMedia` or `c2pa.edited`;
        /// never text from the file.
        name: String,
    }

    /// The parts of the subject that a review keeps, in coordinates of the original frame.
    FaceFacts for photo::FaceFacts {
        /// The clockwise turn that brings the person upright. Anything but `none` means that the photo
        /// shows them sideways or upside down.
        turn: QuarterTurn,
        /// The faces, the main one first.
        faces: Vec<FaceSummary>,
        /// The landmark model's confidence that the main face is a face; absent if the model did not run.
        presence_ratio: Option<Number<Ratio>>,
        /// Centre of the eye at the left and at the right of the picture, with the person upright.
        eyes: Option<[OriginalPoint; 2]>,
        /// Crown with hair.
        crown: Option<OriginalPoint>,
        /// Lowest point of the chin.
        chin: Option<OriginalPoint>,
        /// Contour of the head with hair.
        outline: Vec<OriginalPoint>,
    }

    /// One face as kept in a review.
    FaceSummary for photo::FaceSummary {
        /// The part of the face box inside the photo.
        region: Region,
        /// The detector's confidence, 0 to 1.
        score_ratio: Number<Ratio>,
        /// Area of the box over the area of the main face's box.
        size_ratio: Number<Ratio>,
    }

    /// A point of the original frame in whole pixels; it may be outside the photo.
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

    /// The framing of the head. The photo's height, width and edges are those of the picture,
    /// without a border or bars around it.
    Framing for framing::Framing {
        /// The photo without a border or bars around it; absent if it has none.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        picture: Option<Region>,
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
        /// The part that may be printed: wherever an operator cuts within the tolerances of the
        /// guide, nothing outside it is printed. The background is judged here. Absent if trimming
        /// leaves less than 300 dpi; then the whole photo is judged.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        printed: Option<Region>,
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

    /// A part of the head beyond an edge of the photo.
    Cut for framing::Cut {
        /// The edge.
        side: Side,
        /// What is cut.
        part: Part,
        /// How much is cut. For hair, the share of the head's edge that touches the photo's edge; for all
        /// others, the part beyond the edge over the face's extent in that direction.
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

    /// The background in `framing.printed`, or in the whole photo. Colours are compared in CIE L\*a\*b\* after averaging over small cells, so that
    /// sensor noise does not count.
    Background for background::Background {
        /// Measured background, over the part that was measured. The band around the person, where masks are
        /// uncertain, is left out.
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
        /// Compact objects that differ from the wall, the largest first.
        objects: Vec<BackgroundObject>,
        /// How the wall itself is uneven; null if it is even.
        unevenness: Option<Unevenness>,
        /// Shadows on the wall, the deepest first.
        shadows: Vec<Shadow>,
        /// What is outside the part; absent if there is nothing.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        outside: Option<Outside>,
    }

    /// The background outside the part that was measured. It is not judged by the policy for the
    /// My Number Card.
    Outside for background::Outside {
        /// Its area over the whole photo. The band around the person is left out.
        area_ratio: Number<Ratio>,
        /// Compact areas that differ from the wall inside the part, the largest first. Their area
        /// is over the whole photo.
        objects: Vec<BackgroundObject>,
    }

    /// A compact object that differs from the wall.
    BackgroundObject for background::BackgroundObject {
        /// Its region.
        region: Region,
        /// Its area over the part that was measured.
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
        /// Its region.
        region: Region,
        /// On which side of the head.
        side: Side,
        /// Its area over the part that was measured.
        area_ratio: Number<Ratio>,
        /// Share of the light that is missing: 0 none, 1 black (linear luminance).
        depth_ratio: Number<Ratio>,
        /// How sharp its border is: the part of its depth that it gains over 6 working pixels of its
        /// border, 0 for a border that cannot be seen and 1 for a step. Absent if no border to the wall is
        /// visible.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        edge_ratio: Option<Number<Ratio>>,
    }

    /// The face. A part that could not be measured is absent.
    Portrait for portrait::Portrait {
        /// Direction of the head.
        pose: Option<Pose>,
        /// The eye at the left and at the right of the picture.
        eyes: Option<[Eye; 2]>,
        /// The mouth.
        mouth: Option<Mouth>,
        /// Reflections on glasses.
        glare: Option<Glare>,
        /// Coverings of the face and the head.
        covering: Option<Covering>,
        /// Light on the face.
        light: Option<Light>,
        /// Sharpness at print size.
        sharpness: Option<Sharpness>,
    }

    /// Direction of the head relative to the camera.
    Pose for portrait::Pose {
        /// Turn to the side; positive towards the right of the picture.
        yaw_degrees: Number<Degrees>,
        /// Nod; positive downwards. Has an offset of up to about 13° that differs between people.
        pitch_degrees: Number<Degrees>,
        /// Tilt in the picture plane; positive clockwise.
        roll_degrees: Number<Degrees>,
    }

    /// One eye.
    Eye for portrait::Eye {
        /// Distance of the lids over the distance of the corners, mean of three pairs.
        openness_ratio: Number<Ratio>,
        /// Luma of the darkest tenth between the lids over the luma of the cheeks. It is low if a pupil
        /// is visible, however narrow the eye.
        pupil_luma_ratio: Option<Number<Ratio>>,
        /// Middle of the iris between the corners: 0 at the left corner, 1 at the right one.
        gaze_ratio: Number<Ratio>,
        /// Share of the iris's disc that is of the saturated red of a flash, and redder than the skin.
        red_ratio: Option<Number<Ratio>>,
        /// Height of the brow above the line of the eyes, over the distance of the eyes.
        brow_ratio: Option<Number<Ratio>>,
        /// Whether something hides it.
        sight: Option<Sight>,
        /// The eye with its lids.
        region: Option<Region>,
    }

    /// Whether an eye can be seen.
    Sight for portrait::Sight {
        /// Luma of the white of the eye beside the iris over that of the iris, both between the lids
        /// (geometric mean of both sides): about 1 where no iris is seen.
        white_luma_ratio: Number<Ratio>,
        /// Luma of the skin below the eye over that of the cheek: a dark lens lowers it, a dark frame
        /// does not.
        under_luma_ratio: Number<Ratio>,
        /// Share of worn or held things over the eye, by the class model.
        worn_ratio: Number<Ratio>,
        /// Share of hair over the eye, by the class model.
        hair_ratio: Number<Ratio>,
        /// Area of the largest reflection before the eye but beside the iris, over the area of the iris.
        blown_ratio: Number<Ratio>,
        /// Correlation of the place of the eye with the mirror image of the other eye's, -1 to 1.
        likeness_ratio: Number<Ratio>,
        /// How much a straight line across the eye and beyond its corners stands out, over how much
        /// its luma varies along it: high for a frame of glasses, 0 without such a line.
        bar_ratio: Number<Ratio>,
    }

    /// The mouth.
    Mouth for portrait::Mouth {
        /// Gap of the inner lips over the width of the mouth.
        openness_ratio: Number<Ratio>,
        /// Area of the visible teeth, over the square of the mouth's width.
        teeth_ratio: Option<Number<Ratio>>,
        /// Height of the mouth's corners above the middle of the lips, over the mouth's width, corrected
        /// for the nod of the head.
        corner_lift_ratio: Option<Number<Ratio>>,
        /// The mouth.
        region: Option<Region>,
    }

    /// Reflections on glasses, at the eye with the larger one.
    Glare for portrait::Glare {
        /// Share of the inner part of the lens (an ellipse of 0.68 × 0.44 eye distances around the
        /// eye) that is blown out by something colourless.
        lens_ratio: Number<Ratio>,
        /// The same share of the opening between the lids.
        eye_ratio: Number<Ratio>,
        /// The inner part of the lens.
        region: Option<Region>,
    }

    /// Shares of face areas that the class model assigns to worn or held things or to hair. Each is the
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
        /// Visible face skin on nose, mouth and chin.
        lower_face_skin_ratio: Number<Ratio>,
        /// Skin of the body on the mouth, where faces have their own: a hand. Absent in reviews of
        /// versions that did not look.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        mouth_hand_ratio: Option<Number<Ratio>>,
        /// Where nose, mouth and chin are.
        lower_face_region: Option<Region>,
        /// Worn things above the face, where hair or skull is expected.
        head_other_ratio: Number<Ratio>,
        /// Where hair or skull is expected.
        head_region: Option<Region>,
        /// Share of what is above the face that is neither hair nor skin, by the class masks, and that
        /// skin does not reach from the face either: what is worn on the head.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        head_worn_ratio: Option<Number<Ratio>>,
        /// Share of what is above the face that skin reaches from the face without an edge and in the
        /// same colour: a bare or shaven head. Hair has none.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        head_bare_ratio: Option<Number<Ratio>>,
        /// What may be worn on the head.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        head_covering: Option<HeadCovering>,
    }

    /// What was put onto the picture after it was taken, or comes from a print or screen that was
    /// photographed.
    Marks for marks::Marks {
        /// Rows of signs, the longest first.
        writing: Vec<Writing>,
        /// Rings of ink, the clearest first.
        stamps: Vec<Stamp>,
        /// The clearest straight line across the person in each direction.
        creases: Vec<Crease>,
        /// The periodic pattern of most of the picture, if there is one.
        screen: Option<Screen>,
        /// Stairs along the person's outline; null if the outline was hardly found.
        stairs: Option<Stairs>,
    }

    /// A row of signs of one colour and height on a level line.
    Writing for marks::Writing {
        /// Its region.
        region: Region,
        /// Signs, or groups of signs that touch.
        signs: u32,
        /// Share of its strokes that lie on the person's body or clothes.
        on_person_ratio: Number<Ratio>,
    }

    /// A ring of ink.
    Stamp for marks::Stamp {
        /// Its region.
        region: Region,
        /// Share of the circle that is seen.
        arc_ratio: Number<Ratio>,
        /// Share of the strokes of its ink that are on the circle.
        on_circle_ratio: Number<Ratio>,
    }

    /// A straight line that is lighter or darker than both its sides.
    Crease for marks::Crease {
        /// Its region.
        region: Region,
        /// Share of the way across the picture on which it is seen.
        length_ratio: Number<Ratio>,
        /// Share of the way across the person on which it is seen.
        on_person_ratio: Number<Ratio>,
    }

    /// A periodic pattern over wall and person: moiré or a printing raster.
    Screen for marks::Screen {
        /// Share of the picture's windows that show it.
        coverage_ratio: Number<Ratio>,
    }

    /// Stairs along the person's outline, as a coarse mask leaves them.
    Stairs for marks::Stairs {
        /// Steps over the rows and columns of pixels, at working size, that meet the outline.
        steps_ratio: Number<Ratio>,
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
        /// matching zones of cheek, forehead and chin): 1 even, 0 one half black. Of the lighter zone
        /// its darker quarter counts, and of the darker zone its lighter quarter.
        balance_ratio: Number<Ratio>,
        /// The darker of the zones that `balance_ratio` compares.
        darkest_region: Option<Region>,
    }

    /// Sharpness of the face at the size of the print.
    Sharpness for portrait::Sharpness {
        /// Blur of the sharpest edges of the face in the direction in which they are softest, as the
        /// standard deviation of a Gaussian, in dots
        /// of the 27.5 mm high print at 300 dpi (325 dots); at 600 dpi it is twice as many dots.
        blur_print_px: Number<Px>,
        /// Standard deviation of the noise on the skin over 255, at working size, on the smoother of
        /// cheeks and forehead.
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

    /// What a mark says of the picture.
    EditClaim for photo::EditClaim {
        /// It was changed or put together after it was taken.
        Edited,
        /// A program made it, or a part of it.
        Generated,
    }

    /// Where a mark is.
    MarkPlace for photo::MarkPlace {
        /// A tag of the EXIF segment.
        Exif,
        /// An XMP packet.
        Xmp,
        /// A manifest of Content Credentials (C2PA).
        ContentCredentials,
        /// The data that Samsung's programs write behind the picture.
        SamsungTrailer,
    }

    /// A form of JPEG that some programs cannot open although its picture is sound.
    Peculiarity for photo::Peculiarity {
        /// The Huffman tables are left out, as in frames of motion JPEG: the standard's are meant.
        ImpliedTables,
        /// The frame header leaves the height open, and a DNL segment behind the first scan gives it.
        LateHeight,
    }

    /// The colour model of a JPEG.
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
        /// No profile: the pixels are treated as sRGB.
        Absent,
        /// The colours were converted to sRGB, or the profile is sRGB.
        Converted,
        /// The profile is damaged or of another colour model: the pixels are treated as sRGB.
        Unusable,
    }

    /// How much of the picture could be decoded.
    #[serde(tag = "state")]
    Decoding for photo::Decoding {
        /// The picture is complete.
        Complete,
        /// The system could not read the file.
        Unreadable {
            /// The reason.
            cause: Unreadable,
        },
        /// Not a format that we decode.
        NotJpeg,
        /// A JPEG of a process that the card system does not accept.
        UnsupportedJpeg,
        /// A colour model that is not decoded (CMYK, YCCK).
        UnsupportedColour,
        /// The data end early.
        Truncated {
            /// Share of the picture's rows that could be read, if known.
            valid_ratio: Option<Number<Ratio>>,
        },
        /// The data are damaged.
        Corrupt {
            /// What is wrong, in the decoder's words; never contains pixels or names.
            detail: String,
        },
        /// The file exceeds a limit, found before decoding.
        LimitExceeded {
            /// The limit.
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
        /// More bytes than the limit.
        Bytes,
        /// More pixels than the limit.
        Pixels,
        /// More scans than the limit.
        Scans,
    }

    /// The clockwise turn of a picture that makes the crown point up.
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

    /// What may be worn on a head, by where it is.
    HeadCovering for portrait::HeadCovering {
        /// Up to the crown, with the sides of the face free: a hat, a cap, a turban.
        Hat,
        /// Around the face, on both sides and below the chin: a scarf, a hijab, a hood.
        Scarf,
        /// With hair above it: a band, glasses pushed up, a brim.
        Band,
        /// Something else, or hair or skin that was not recognised.
        Unknown,
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

    /// The verdict on one photo. The list is complete: callers must handle all three.
    Verdict for crate::Verdict {
        /// No finding.
        Accept,
        /// A person should look.
        Refer,
        /// The photo does not meet a rule.
        Reject,
    }

    /// The outcome of a finding.
    ///
    /// The list is complete: a check that passes has no finding.
    Outcome for crate::Outcome {
        /// A person should look.
        Refer,
        /// It could not be assessed; a person should look.
        Unable,
        /// The photo does not meet the rule.
        Reject,
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = Self::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({
            "description": "The subject of a finding, in snake_case. Codes are only ever added.",
            "enum": names,
            "type": "string",
        })
    }
}

fn bound<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(plain).serialize(serializer)
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
