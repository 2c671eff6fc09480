//! The measurements of this stage. "Left" and "right" are sides of the picture.

use shomei_photo::{Degrees, Px, Ratio, Region};

/// The face. A part that could not be measured is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Portrait {
    /// Direction of the head.
    pub pose: Option<Pose>,
    /// The eye at the left and at the right of the picture.
    pub eyes: Option<[Eye; 2]>,
    /// The mouth.
    pub mouth: Option<Mouth>,
    /// Reflections on glasses.
    pub glare: Option<Glare>,
    /// Coverings of the face and the head.
    pub covering: Option<Covering>,
    /// Light on the face.
    pub light: Option<Light>,
    /// Sharpness at print size.
    pub sharpness: Option<Sharpness>,
}

/// Direction of the head relative to the camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Turn to the side; positive towards the right of the picture.
    pub yaw_degrees: Degrees,
    /// Nod; positive downwards. Has an offset of up to about 13° that differs between people.
    pub pitch_degrees: Degrees,
    /// Tilt in the picture plane; positive clockwise.
    pub roll_degrees: Degrees,
}

/// One eye.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eye {
    /// Distance of the lids over the distance of the corners, mean of three pairs.
    pub openness_ratio: Ratio,
    /// Luma of the darkest tenth between the lids over the luma of the cheeks. It is low if a pupil
    /// is visible, however narrow the eye.
    pub pupil_luma_ratio: Option<Ratio>,
    /// Middle of the iris between the corners: 0 at the left corner, 1 at the right one.
    pub gaze_ratio: Ratio,
    /// Share of the iris's disc that is of the saturated red of a flash, and redder than the skin.
    pub red_ratio: Option<Ratio>,
    /// Height of the brow above the line of the eyes, over the distance of the eyes.
    pub brow_ratio: Option<Ratio>,
    /// Whether something hides it.
    pub sight: Option<Sight>,
    /// The eye with its lids.
    pub region: Option<Region>,
}

/// Whether an eye can be seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// Luma of the white of the eye beside the iris over that of the iris, both between the lids
    /// (geometric mean of both sides): about 1 where no iris is seen.
    pub white_luma_ratio: Ratio,
    /// Luma of the skin below the eye over that of the cheek: a dark lens lowers it, a dark frame
    /// does not.
    pub under_luma_ratio: Ratio,
    /// Share of worn or held things over the eye, by the class model.
    pub worn_ratio: Ratio,
    /// Share of hair over the eye, by the class model.
    pub hair_ratio: Ratio,
    /// Area of the largest reflection before the eye but beside the iris, over the area of the iris.
    pub blown_ratio: Ratio,
    /// Correlation of the place of the eye with the mirror image of the other eye's, -1 to 1.
    pub likeness_ratio: Ratio,
    /// How much a straight line across the eye and beyond its corners stands out, over how much
    /// its luma varies along it: high for a frame of glasses, 0 without such a line.
    pub bar_ratio: Ratio,
}

/// The mouth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mouth {
    /// Gap of the inner lips over the width of the mouth.
    pub openness_ratio: Ratio,
    /// Area of the visible teeth, over the square of the mouth's width.
    pub teeth_ratio: Option<Ratio>,
    /// Height of the mouth's corners above the middle of the lips, over the mouth's width, corrected
    /// for the nod of the head.
    pub corner_lift_ratio: Option<Ratio>,
    /// The mouth.
    pub region: Option<Region>,
}

/// Reflections on glasses, at the eye with the larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glare {
    /// Share of the inner part of the lens (an ellipse of 0.68 × 0.44 eye distances around the
    /// eye) that is blown out by something colourless.
    pub lens_ratio: Ratio,
    /// The same share of the opening between the lids.
    pub eye_ratio: Ratio,
    /// The inner part of the lens.
    pub region: Option<Region>,
}

/// Shares of face areas that the class model assigns to worn or held things or to hair. Each is the
/// mean probability over the area: 0 none, 1 all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covering {
    /// Worn things over the eyes (brows to cheeks): dark or clear glasses.
    pub eyes_other_ratio: Ratio,
    /// Luma of the skin-free lenses area over the luma of the cheeks; dark lenses are low.
    pub eyes_luma_ratio: Option<Ratio>,
    /// Hair over the eyes themselves.
    pub eyes_hair_ratio: Ratio,
    /// Where the eyes are.
    pub eyes_region: Option<Region>,
    /// Worn things over nose, mouth and chin.
    pub lower_face_other_ratio: Ratio,
    /// Visible face skin on nose, mouth and chin.
    pub lower_face_skin_ratio: Ratio,
    /// Skin of the body on the mouth, where faces have their own: a hand. `None` in records of
    /// versions that did not look.
    pub mouth_hand_ratio: Option<Ratio>,
    /// Where nose, mouth and chin are.
    pub lower_face_region: Option<Region>,
    /// Worn things above the face, where hair or skull is expected.
    pub head_other_ratio: Ratio,
    /// Where hair or skull is expected.
    pub head_region: Option<Region>,
    /// Share of what is above the face that is neither hair nor skin, by the class masks, and that
    /// skin does not reach from the face either: what is worn on the head. Absent if the head is
    /// cut off there.
    pub head_worn_ratio: Option<Ratio>,
    /// Share of what is above the face that skin reaches from the face without an edge and in the
    /// same colour: a bare or shaven head. Hair has none.
    pub head_bare_ratio: Option<Ratio>,
    /// What may be worn on the head. Absent if too little is seen of it.
    pub head_covering: Option<HeadCovering>,
}

/// What may be worn on a head, by where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadCovering {
    /// Up to the crown, with the sides of the face free: a hat, a cap, a turban.
    Hat,
    /// Around the face, on both sides and below the chin: a scarf, a hijab, a hood.
    Scarf,
    /// With hair above it: a band, glasses pushed up, a brim.
    Band,
    /// Something else, or hair or skin that was not recognised.
    Unknown,
}

/// Light on the face; luma is that of 8-bit sRGB over 255 (0 black, 1 white).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Light {
    /// Mean luma of the face's skin.
    pub luma_ratio: Ratio,
    /// Share of the face darker than 10 % luma.
    pub dark_ratio: Ratio,
    /// Share of the face lighter than 97 % luma.
    pub bright_ratio: Ratio,
    /// 5th to 95th percentile of the face's luma.
    pub contrast_ratio: Ratio,
    /// Luminance of the darker half of the face over that of the lighter half (linear light,
    /// matching zones of cheek, forehead and chin): 1 even, 0 one half black. Of the lighter zone
    /// its darker quarter counts, and of the darker zone its lighter quarter.
    pub balance_ratio: Ratio,
    /// The darker of the zones that `balance_ratio` compares.
    pub darkest_region: Option<Region>,
}

/// Sharpness of the face at the size of the print.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sharpness {
    /// Blur of the sharpest edges of the face in the direction in which they are softest, as the
    /// standard deviation of a Gaussian, in dots
    /// of the 27.5 mm high print at 300 dpi (325 dots); at 600 dpi it is twice as many dots.
    pub blur_print_px: Px,
    /// Standard deviation of the noise on the skin over 255, at working size, on the smoother of
    /// cheeks and forehead.
    pub noise_ratio: Ratio,
}
