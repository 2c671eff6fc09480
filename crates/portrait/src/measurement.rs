//! What this stage measures. "Left" and "right" are sides of the picture.

use shomei_photo::{Degrees, Px, Ratio, Region};

/// The face itself. A part that could not be measured is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Portrait {
    /// Direction of the head.
    pub pose: Option<Pose>,
    /// Eye at the left and at the right of the picture.
    pub eyes: Option<[Eye; 2]>,
    /// The mouth.
    pub mouth: Option<Mouth>,
    /// Light that glasses throw back.
    pub glare: Option<Glare>,
    /// What covers the face or the head.
    pub covering: Option<Covering>,
    /// Light on the face.
    pub light: Option<Light>,
    /// Sharpness at the printed size.
    pub sharpness: Option<Sharpness>,
}

/// Direction of the head against the camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Turn to the side; positive towards the right of the picture.
    pub yaw_degrees: Degrees,
    /// Nod; positive downwards. Carries an offset of the person of up to about 13°.
    pub pitch_degrees: Degrees,
    /// Tilt in the picture plane; positive clockwise.
    pub roll_degrees: Degrees,
}

/// One eye.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eye {
    /// Distance of the lids over the distance of the corners, mean of three pairs.
    pub openness_ratio: Ratio,
    /// Luma of the darkest tenth between the lids over the luma of the cheeks: low where a pupil
    /// shows, however narrow the eye.
    pub pupil_luma_ratio: Option<Ratio>,
    /// Middle of the iris between the corners: 0 at the left corner, 1 at the right one.
    pub gaze_ratio: Ratio,
    /// Share of the iris's disc that is redder than the skin.
    pub red_ratio: Option<Ratio>,
    /// Height of the brow above the line of the eyes, over the distance of the eyes.
    pub brow_ratio: Option<Ratio>,
    /// The eye with its lids.
    pub region: Option<Region>,
}

/// The mouth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mouth {
    /// Gap of the inner lips over the width of the mouth.
    pub openness_ratio: Ratio,
    /// Area of the teeth that are seen, over the square of the mouth's width.
    pub teeth_ratio: Option<Ratio>,
    /// Height of the mouth's corners above the middle of the lips, over the mouth's width, as
    /// the head would show it without a nod.
    pub corner_lift_ratio: Option<Ratio>,
    /// The mouth.
    pub region: Option<Region>,
}

/// Light that glasses throw back, of the eye where there is more of it.
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

/// Shares of face areas that the class model gives to worn or held things or to hair, each the
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
    /// Face skin that is seen on nose, mouth and chin.
    pub lower_face_skin_ratio: Ratio,
    /// Where nose, mouth and chin are.
    pub lower_face_region: Option<Region>,
    /// Worn things above the face, where hair or skull are expected.
    pub head_other_ratio: Ratio,
    /// Where hair or skull are expected.
    pub head_region: Option<Region>,
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
    /// matching zones of cheek, forehead and chin): 1 even, 0 one half black.
    pub balance_ratio: Ratio,
    /// The darker of the zones that `balance_ratio` compares.
    pub darkest_region: Option<Region>,
}

/// Sharpness of the face, at the size in which it is printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sharpness {
    /// Blur of the sharpest edges of the face as the standard deviation of a Gaussian, in dots
    /// of the 27.5 mm high print at 300 dpi (325 dots); at 600 dpi it is twice as many dots.
    pub blur_print_px: Px,
    /// Standard deviation of the noise on the skin over 255, at the working scale; of cheeks and
    /// forehead the smoother.
    pub noise_ratio: Ratio,
}
